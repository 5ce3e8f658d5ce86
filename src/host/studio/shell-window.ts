import type { Dispose } from '#base/disposable';
import type { HostInfo, MenuItem, ShellEvent } from '#shared/contract/studio/host';

/** What differs between shells: the web host has no dialogs and no menu bar. */
export interface ShellWindow {
  readonly shell: HostInfo['shell'];
  readonly can: HostInfo['can'];
  chooseFolder(title: string): Promise<string | null>;
  setMenu(menus: readonly MenuItem[]): void;
  setTitle(title: string): void;
  /** Tells what the shell wants of the window. */
  subscribe(listener: (event: ShellEvent) => void): Dispose;
}

/** A tab of a browser. */
export const browserWindow: ShellWindow = {
  shell: 'web',
  can: { chooseFolder: false, nativeMenu: false },
  chooseFolder: () => Promise.resolve(null),
  setMenu: () => undefined,
  setTitle: () => undefined,
  subscribe: () => () => undefined,
};
