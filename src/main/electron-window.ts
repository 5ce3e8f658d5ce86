import type { BrowserWindow } from 'electron';

import type { MenuItem, ShellEvent } from '#shared/contract/studio/host';
import type { ShellWindow } from '#host/studio/shell-window';
import type { ElectronApi } from './electron-api.ts';
import { menuTemplate } from './menu-template.ts';

/** The studio's window, as the page on it knows it. What happens before the page listens waits for it. */
export class ElectronWindow implements ShellWindow {
  readonly shell = 'electron';
  readonly can = { chooseFolder: true, nativeMenu: true };
  readonly #electron: Pick<ElectronApi, 'dialog' | 'Menu'>;
  readonly #window: BrowserWindow;
  readonly #listeners = new Set<(event: ShellEvent) => void>();
  #waiting: ShellEvent[] = [];

  constructor(electron: Pick<ElectronApi, 'dialog' | 'Menu'>, window: BrowserWindow) {
    this.#electron = electron;
    this.#window = window;
  }

  async chooseFolder(title: string): Promise<string | null> {
    const { filePaths } = await this.#electron.dialog.showOpenDialog(this.#window, {
      title,
      properties: ['openDirectory'],
    });
    return filePaths[0] ?? null;
  }

  setMenu(menus: readonly MenuItem[]): void {
    const template = menuTemplate(menus, {
      isMac: process.platform === 'darwin',
      onCommand: (id) => this.tell({ kind: 'command', id }),
    });
    this.#electron.Menu.setApplicationMenu(this.#electron.Menu.buildFromTemplate(template));
  }

  setTitle(title: string): void {
    this.#window.setTitle(title);
  }

  subscribe(listener: (event: ShellEvent) => void) {
    this.#listeners.add(listener);
    for (const event of this.#waiting.splice(0)) listener(event);
    return () => this.#listeners.delete(listener);
  }

  tell(event: ShellEvent): void {
    if (this.#listeners.size === 0) this.#waiting.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
