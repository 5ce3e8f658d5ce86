import { matchKeyBindingPress, parseKeybinding } from 'tinykeys';

import type { Settings } from '#shared/library/settings';
import type { Command } from './command.ts';

/** The keys of a command: those a person has put on it, else its own. An empty string takes them away. */
export function keysOf(command: Command, { shortcuts }: Pick<Settings, 'shortcuts'>): readonly string[] {
  const chosen = shortcuts[command.id];
  if (chosen === undefined) return command.keys;
  return chosen === '' ? [] : [chosen];
}

/** The keys that are shown with a command. */
export function shownKeyOf(command: Command, settings: Pick<Settings, 'shortcuts'>): string | undefined {
  return keysOf(command, settings)[0] ?? command.fixedKeys;
}

/** What becomes of the keys of all commands when one is given others. */
interface KeysPut {
  readonly shortcuts: Settings['shortcuts'];
  /** Those that had the keys until now, and have not any more. */
  readonly losers: readonly Command[];
}

/**
 * Puts keys on a command, and takes them from every other one.
 * @param keys null for its own ones, an empty string for none
 * @returns the command whose keys these stay, where they cannot be taken
 */
export function putKeys(
  command: Command,
  keys: string | null,
  commands: readonly Command[],
  settings: Pick<Settings, 'shortcuts'>,
): KeysPut | { readonly heldBy: Command } {
  const wanted = keys === null ? command.keys : [keys];
  const others = commands.filter(({ id }) => id !== command.id);
  const heldBy = others.find(({ fixedKeys }) => fixedKeys !== undefined && wanted.includes(fixedKeys));
  if (heldBy) return { heldBy };
  const { [command.id]: _before, ...kept } = settings.shortcuts;
  const losers = others.filter((other) => keysOf(other, settings).some((key) => wanted.includes(key)));
  const left = losers.map((loser) => {
    const other = keysOf(loser, settings).find((key) => !wanted.includes(key));
    return [loser.id, other ?? ''] as const;
  });
  return { shortcuts: { ...kept, ...Object.fromEntries(left), ...(keys !== null && { [command.id]: keys }) }, losers };
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

const isTextKey = (key: string): boolean => textKeys.has(key.toLowerCase());

/** Whether keys mean something to a text field: `$mod+z`. */
export const isTextChord = (keys: string): boolean => /^\$mod\+(Shift\+)?.$/.test(keys) && isTextKey(keys.at(-1)!);

/** What has the focus, as far as it has keys for itself: a text field, another field as a slider, or nothing like that. */
type Field = 'text' | 'other' | null;

/** Words are typed in a text field, so plain letters are no commands there. */
export function fieldAt(target: EventTarget | null): Field {
  if (!(target instanceof HTMLElement)) return null;
  if (target.isContentEditable) return 'text';
  if (!target.matches('textarea, select, input')) return null;
  return target.matches('[type=range], [type=checkbox], [type=radio]') ? 'other' : 'text';
}

/**
 * Whether a key press stays with the field that has the focus. A text field keeps what is typed, and edits. What would edit
 * a text edits nothing from any other field either: whoever is at a slider does not mean the canvas with Ctrl+A or Delete.
 * Undo and redo are of the document wherever no words are typed.
 */
export function staysInField(
  { key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  field: Field,
): boolean {
  if (field === null) return false;
  const isChord = ctrlKey || metaKey;
  const isEditing = isChord ? isTextKey(key) : key === 'Delete' || key === 'Backspace';
  if (field === 'other') return isEditing && !undoKeys.has(key.toLowerCase());
  return isEditing || (!isChord && !/^F\d/.test(key));
}

const undoKeys: ReadonlySet<string> = new Set(['z', 'y']);

export const isTyping = (target: EventTarget | null): boolean => fieldAt(target) === 'text';
