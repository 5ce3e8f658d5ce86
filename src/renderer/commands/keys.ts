import { matchKeyBindingPress, parseKeybinding } from 'tinykeys';

import type { Settings } from '#shared/library/settings';
import type { Command } from './command.ts';

/** The keys of a command: those a person has put on it, else its own. An empty string takes them away. */
export function keysOf(command: Command, { shortcuts }: Pick<Settings, 'shortcuts'>): readonly string[] {
  const chosen = shortcuts[command.id];
  if (chosen === undefined) return command.keys;
  return chosen === '' ? [] : [chosen];
}

/** The command that a key press means, or null. Later ones yield to earlier ones; chosen keys come before own ones. */
export function commandOf(
  event: KeyboardEvent,
  commands: readonly Command[],
  settings: Pick<Settings, 'shortcuts'>,
): Command | null {
  const matches = (keys: readonly string[]): boolean => keys.some((key) => isPressed(event, key));
  const chosen = commands.find((command) => settings.shortcuts[command.id] && matches(keysOf(command, settings)));
  return chosen ?? commands.find((command) => matches(keysOf(command, settings))) ?? null;
}

function isPressed(event: KeyboardEvent, keys: string): boolean {
  const [press, ...more] = parseKeybinding(keys);
  return press !== undefined && more.length === 0 && matchKeyBindingPress(event, press);
}

/** A key press as it is kept in the settings: `$mod+Shift+z`. Null for a modifier alone. */
export function keysOfPress(event: KeyboardEvent): string | null {
  if (['Control', 'Meta', 'Shift', 'Alt'].includes(event.key)) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return [
    ...(event.ctrlKey || event.metaKey ? ['$mod'] : []),
    ...(event.altKey ? ['Alt'] : []),
    ...(event.shiftKey ? ['Shift'] : []),
    key === ' ' ? 'Space' : key,
  ].join('+');
}

/** Keys as a person reads them: ⌘⇧Z on a Mac, Ctrl+Shift+Z elsewhere. */
export function shownKeys(keys: string, isMac: boolean): string {
  const names = isMac ? macNames : otherNames;
  const parts = keys.split('+').map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return parts.join(isMac ? '' : '+');
}

const arrows = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Enter: '↵' };
const macNames: Readonly<Record<string, string>> = { ...arrows, $mod: '⌘', Shift: '⇧', Alt: '⌥', Backspace: '⌫' };
const otherNames: Readonly<Record<string, string>> = { ...arrows, $mod: 'Ctrl', Delete: 'Del' };

/** What text fields do themselves, with Control or Command. */
const textKeys: ReadonlySet<string> = new Set(['a', 'c', 'v', 'x', 'z', 'y', 'd', 'e', 'b', 'i']);

export const isTextKey = (key: string): boolean => textKeys.has(key.toLowerCase());

/** Whether keys mean something to a text field: `$mod+z`. */
export const isTextChord = (keys: string): boolean => /^\$mod\+(Shift\+)?.$/.test(keys) && isTextKey(keys.at(-1)!);

/** Words are typed there, so plain letters are no commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('textarea, select, input:not([type=range], [type=checkbox])');
}
