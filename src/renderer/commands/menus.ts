import type { MenuItem } from '#shared/contract/studio/host';

import type { Studio } from '../app/studio.ts';
import { commandGroups, type Command } from './command.ts';
import { isTextChord, keysOf } from './keys.ts';
import { fullCommandName } from './names.ts';

/** The menu bar of the system: the same commands as everywhere, in the language of the window. */
export function menusOf(
  studio: Studio,
  commands: readonly Command[],
  { isMac }: { readonly isMac: boolean },
): MenuItem[] {
  const settings = studio.host.settings.getState();
  const item = (command: Command): MenuItem => ({
    kind: 'command',
    id: command.id,
    label: fullCommandName(studio, command),
    keys: acceleratorOf(keysOf(command, settings)[0] ?? '', { isMac }),
    isEnabled: command.refuse(studio) === null,
    isChecked: null,
  });
  return commandGroups.map((group) => ({
    kind: 'menu',
    label: studio.words(`commands:group.${group}`),
    items: commands.filter((command) => command.group === group).map(item),
  }));
}

const electronKeys: Readonly<Record<string, string>> = {
  $mod: 'CmdOrCtrl',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  Enter: 'Return',
};

/**
 * Keys as Electron spells them. Null for those that a menu must not take: single keys, which are letters where one writes,
 * and on a Mac, whose menus come before text fields, those of text.
 */
export function acceleratorOf(keys: string, { isMac }: { readonly isMac: boolean }): string | null {
  const isShown = keys.includes('$mod') || /^F\d+$/.test(keys);
  if (!isShown || (isMac && isTextChord(keys))) return null;
  return keys
    .split('+')
    .map((key) => electronKeys[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join('+');
}
