import { basename, join } from 'node:path';

import { RPCHandler } from '@orpc/server/message-port';
import type { BrowserWindow, MessagePortMain } from 'electron';

import { toAppError } from '#base/app-error';
import { openStudio, type Studio, type StudioOptions } from '#host/studio/open-studio';
import { studioRouter } from '#host/studio/studio-router';
import { appOrigin, appProtocol, portGiven, portWanted } from '#shared/contract/studio/shell-port';
import { toWireError } from '#shared/contract/wire-error';
import { answerRequests, schemePrivileges } from './app-protocol.ts';
import type { ElectronApi } from './electron-api.ts';
import { ElectronWindow } from './electron-window.ts';
import { fileArguments } from './file-arguments.ts';
import { firstMenu } from './menu-template.ts';
import { forkUtilityEngine } from './utility-engine.ts';
import { guardContents, guardSession, safePreferences } from './window-guard.ts';
import { firstSize, keepWindowState, readWindowState, smallestWindow } from './window-state.ts';

interface ShellOptions extends Omit<StudioOptions, 'spawnEngine' | 'isOnBattery'> {
  /** Folder of the built scripts and the page. */
  readonly scriptsFolder: string;
  readonly argv: readonly string[];
}

/**
 * The studio in a window of its own. Must be called before Electron is ready, since that is when schemes are made known.
 * @returns when the window is open; undefined when the studio runs already and its window has been brought up instead
 */
export async function startShell(electron: ElectronApi, options: ShellOptions): Promise<Studio | undefined> {
  const { app, protocol } = electron;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return undefined;
  }
  protocol.registerSchemesAsPrivileged([{ scheme: appProtocol.slice(0, -1), privileges: schemePrivileges }]);
  const shell = new Shell(electron, options);
  shell.listen();
  await app.whenReady();
  return shell.open();
}

class Shell {
  readonly #electron: ElectronApi;
  readonly #options: ShellOptions;
  #studio: Studio | undefined;
  #window: { readonly electron: BrowserWindow; readonly studio: ElectronWindow } | undefined;
  /** Files that were to be opened before there was a window. */
  #files: string[];
  #isClosed = false;

  constructor(electron: ElectronApi, options: ShellOptions) {
    this.#electron = electron;
    this.#options = options;
    this.#files = fileArguments(options.argv, process.cwd());
  }

  listen(): void {
    const { app, ipcMain, shell } = this.#electron;
    app.on('second-instance', (_event, argv, folder) => {
      this.#bringUp();
      this.#openFiles(fileArguments(argv, folder));
    });
    // macOS hands over files this way, also before the program is ready.
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#openFiles([path]);
    });
    app.on('web-contents-created', (_event, contents) => guardContents(contents, { shell }));
    app.on('activate', () => this.#bringUp());
    app.on('window-all-closed', () => app.quit());
    app.on('before-quit', (event) => {
      if (this.#isClosed || this.#studio === undefined) return;
      event.preventDefault();
      void this.#close().finally(() => app.quit());
    });
    ipcMain.on(portWanted, ({ sender, senderFrame }) => {
      if (sender === this.#window?.electron.webContents && senderFrame?.url.startsWith(`${appOrigin}/`))
        this.#connect();
    });
  }

  async open(): Promise<Studio | undefined> {
    const { app, dialog, Menu, protocol, session } = this.#electron;
    const { scriptsFolder } = this.#options;
    try {
      const studio = await openStudio({
        ...this.#options,
        isOnBattery: () => this.#electron.powerMonitor.isOnBatteryPower(),
        spawnEngine: (listeners) =>
          forkUtilityEngine(this.#electron, join(scriptsFolder, 'engine-electron.js'), listeners),
      });
      this.#studio = studio;
      protocol.handle(appProtocol.slice(0, -1), answerRequests(studio, join(scriptsFolder, 'renderer')));
      guardSession(session.defaultSession);
      Menu.setApplicationMenu(Menu.buildFromTemplate(firstMenu));
      await this.#openWindow(studio);
      return studio;
    } catch (error) {
      dialog.showErrorBox('Ovis Studio cannot start', toAppError(error).message);
      app.exit(1);
      return undefined;
    }
  }

  async #openWindow(studio: Studio): Promise<void> {
    const { BrowserWindow, screen } = this.#electron;
    const statePath = join(studio.home, 'window.json');
    const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
    const state = await readWindowState(statePath, screens);
    const window = new BrowserWindow({
      ...(state?.bounds ?? firstSize(screen.getPrimaryDisplay().workArea)),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      title: 'Ovis Studio',
      // Shown when there is something to see.
      show: false,
      backgroundColor: '#1b1b1d',
      icon: join(this.#options.scriptsFolder, 'renderer', 'icon-512.png'),
      webPreferences: { ...safePreferences, preload: join(this.#options.scriptsFolder, 'preload.cjs') },
    });
    this.#window = { electron: window, studio: new ElectronWindow(this.#electron, window) };
    if (state?.isMaximized) window.maximize();
    window.once('ready-to-show', () => window.show());
    window.webContents.on('will-prevent-unload', (event) => {
      if (this.#mayLoseWork(window)) event.preventDefault();
    });
    window.on('close', () => {
      void keepWindowState(statePath, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() });
    });
    window.on('closed', () => {
      this.#window = undefined;
    });
    await window.loadURL(`${appOrigin}/`);
    this.#openFiles(this.#files.splice(0));
  }

  /** Asks, where the page has something that is not on the disk yet. */
  #mayLoseWork(window: BrowserWindow): boolean {
    const { app, dialog } = this.#electron;
    const words = app.getLocale().startsWith('zh') ? unsavedWords.zh : unsavedWords.en;
    const { message, detail, stay, leave } = words;
    const buttons = [stay, leave];
    return dialog.showMessageBoxSync(window, { type: 'warning', message, detail, buttons, cancelId: 0 }) === 1;
  }

  #bringUp(): void {
    const window = this.#window?.electron;
    if (window === undefined) {
      if (this.#studio) void this.#openWindow(this.#studio);
      return;
    }
    if (window.isMinimized()) window.restore();
    window.focus();
  }

  /** Gives the page a connection of its own. */
  #connect(): void {
    const window = this.#window;
    if (window === undefined || this.#studio === undefined) return;
    const { port1, port2 } = new this.#electron.MessageChannelMain();
    new RPCHandler(studioRouter(this.#studio)).upgrade(rpcPort(port1), { context: { window: window.studio } });
    window.electron.webContents.postMessage(portGiven, null, [port2]);
  }

  #openFiles(paths: readonly string[]): void {
    if (this.#studio === undefined || this.#window === undefined) {
      this.#files.push(...paths);
      return;
    }
    for (const path of paths) void this.#openFile(path, this.#studio, this.#window.studio);
  }

  async #openFile(path: string, { files }: Studio, window: ElectronWindow): Promise<void> {
    try {
      const { document, node } = await files.openPath(path);
      this.#electron.app.addRecentDocument(path);
      window.tell({ kind: 'open-document', document, node });
    } catch (error) {
      window.tell({ kind: 'open-failed', fileName: basename(path), error: toWireError(toAppError(error)) });
    }
  }

  async #close(): Promise<void> {
    await this.#studio?.close();
    this.#isClosed = true;
  }
}

const unsavedWords = {
  en: {
    message: 'Not everything is saved yet',
    detail: 'The window says what is in the way. What is not saved is lost when it is closed.',
    stay: 'Stay',
    leave: 'Close and lose it',
  },
  zh: {
    message: '尚有内容未保存',
    detail: '窗口中会说明原因。关闭后，未保存的内容将会丢失。',
    stay: '留下',
    leave: '关闭并放弃',
  },
} as const;

/** A port of Electron's as the RPC wants one: it starts to listen when somebody does. */
function rpcPort(port: MessagePortMain) {
  return {
    postMessage: (data: unknown) => port.postMessage(data),
    on: (event: string, listener: (event?: { data: unknown }) => void) => {
      if (event === 'close') port.on('close', () => listener());
      if (event !== 'message') return;
      port.on('message', ({ data }) => listener({ data: data as unknown }));
      port.start();
    },
  };
}
