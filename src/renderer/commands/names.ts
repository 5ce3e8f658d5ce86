import type { Words } from '../i18n/i18n.ts';
import type { Command } from './command.ts';

/** What a command is called in the language of the window. A test sees to it that every one has a name. */
export function commandName(words: Words, { id }: Command): string {
  return (words as (key: string) => string)(`commands:${id}`);
}
