import type { Studio } from '../app/studio.ts';
import type { Words } from '../i18n/i18n.ts';
import type { Command } from './command.ts';

/** What a command is called in the language of the window. A test sees to it that every one has a name. */
export function commandName(words: Words, { id }: Command): string {
  return (words as (key: string) => string)(`commands:${id}`);
}

/** What people may look for who know the command from elsewhere; empty where that is what it is called here, too. */
export function otherCommandNames(words: Words, { id }: Command): string {
  return (words as (key: string, options: object) => string)(`commands:also.${id}`, { defaultValue: '' });
}

/** As many characters as a menu has room for. */
const longestAbout = 40;

/** The name with what the command would work on now: "Undo: Brush". */
export function fullCommandName(studio: Studio, command: Command): string {
  const name = commandName(studio.words, command);
  const about = Array.from(command.about?.(studio) ?? '');
  if (about.length === 0) return name;
  const shown = about.length > longestAbout ? `${about.slice(0, longestAbout).join('')}…` : about.join('');
  return studio.words('commands:about', { name, about: shown });
}
