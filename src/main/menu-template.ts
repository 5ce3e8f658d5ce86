import type { MenuItemConstructorOptions } from 'electron';

import { assertNever } from '#base/assert';
import type { MenuItem } from '#shared/contract/studio/host';

/** Until the window has said what its menus are: what every program has. */
export const firstMenu: MenuItemConstructorOptions[] = [
  { role: 'fileMenu' },
  { role: 'editMenu' },
  { role: 'windowMenu' },
];

/** The window's menus as Electron has them; on macOS with the program's own in front. */
export function menuTemplate(
  menus: readonly MenuItem[],
  { isMac, onCommand }: { readonly isMac: boolean; readonly onCommand: (id: string) => void },
): MenuItemConstructorOptions[] {
  const ours = menus.map((item) => entry(item, onCommand));
  return isMac ? [{ role: 'appMenu' }, ...ours, textMenu] : ours;
}

/** On a Mac, text fields have their keys from a menu. Nobody sees it: the entries that are seen are the studio's. */
const textMenu: MenuItemConstructorOptions = {
  label: 'Text',
  visible: false,
  submenu: (['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'] as const).map((role) => ({
    role,
    visible: false,
    acceleratorWorksWhenHidden: true,
  })),
};

function entry(item: MenuItem, onCommand: (id: string) => void): MenuItemConstructorOptions {
  switch (item.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'menu':
      return { label: item.label, submenu: item.items.map((inner) => entry(inner, onCommand)) };
    case 'command':
      return {
        label: item.label,
        enabled: item.isEnabled,
        click: () => onCommand(item.id),
        ...(item.isChecked !== null && { type: 'checkbox', checked: item.isChecked }),
        // Shown and not listened to: the page hears its keys itself, and knows when they are letters.
        ...(item.keys !== null && { accelerator: item.keys, registerAccelerator: false }),
      };
    default:
      return assertNever(item);
  }
}
