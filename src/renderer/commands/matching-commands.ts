import type { Words } from '../i18n/i18n.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { commandName, otherCommandNames } from './names.ts';

/**
 * Commands with all the words that were typed, in their names or in what other programs call them: first those whose name
 * begins so, then those that have the words in their name.
 */
export function matchingCommands(text: string, words: Words): readonly Command[] {
  const typed = text.toLowerCase().trim();
  const wanted = typed.split(/\s+/).filter(Boolean);
  const hasAll = (where: string): boolean => wanted.every((word) => where.includes(word));
  const rankOf = (command: Command): number | null => {
    const name = commandName(words, command).toLowerCase();
    if (name.startsWith(typed)) return 0;
    if (hasAll(name)) return 1;
    return hasAll(`${name} ${command.id} ${otherCommandNames(words, command).toLowerCase()}`) ? 2 : null;
  };
  return commands
    .map((command) => ({ command, rank: rankOf(command) }))
    .filter((each): each is { command: Command; rank: number } => each.rank !== null)
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ command }) => command);
}
