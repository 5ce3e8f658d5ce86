/**
 * @file As much of Electron as the shell uses, for machines where it cannot run: windows that show nothing, real message
 * ports, real processes. Its members are checked against Electron's own declarations, and the shell is compiled against
 * those, so a wrong call does not get here.
 */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

import type * as Electron from 'electron';

import type { ElectronApi } from '../main/electron-api.ts';

/** Members of one of Electron's classes, apart from those that add and remove listeners. */
type Members<Class> = Partial<{
  [Key in Exclude<keyof Class, keyof EventEmitter>]: Class[Key];
}>;

/** A port as the main process has it, on a port of Node's. */
class FakePort extends EventEmitter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('message', (data: unknown) => this.emit('message', { data }));
    port.on('close', () => this.emit('close'));
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }

  start(): void {
    this.#port.start();
  }

  close(): void {
    this.#port.close();
  }
}

class FakeChannel {
  readonly port1: FakePort;
  readonly port2: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new FakePort(port1);
    this.port2 = port2;
  }
}

class FakeContents extends EventEmitter {
  /** What was sent to the page, with the ports that came along. */
  readonly posted: { readonly channel: string; readonly ports: readonly MessagePort[] }[] = [];
  openHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | undefined;

  postMessage(channel: string, _message: unknown, ports: readonly MessagePort[]): void {
    this.posted.push({ channel, ports });
  }

  setWindowOpenHandler(handler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0]): void {
    this.openHandler = handler;
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly done: string[] = [];
  url = '';
  title = '';
  bounds: Electron.Rectangle;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    const { x = 10, y = 20, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
  }

  loadURL(url: string): Promise<void> {
    this.url = url;
    this.emit('ready-to-show');
    return Promise.resolve();
  }

  readonly show = () => void this.done.push('show');
  readonly focus = () => void this.done.push('focus');
  readonly restore = () => void this.done.push('restore');
  readonly maximize = () => void this.done.push('maximize');
  readonly isMinimized = () => false;
  readonly isMaximized = () => false;
  readonly getNormalBounds = () => this.bounds;
  readonly setTitle = (title: string) => {
    this.title = title;
  };
}

/** What a fake of Electron was told to do. */
export interface FakeElectron {
  readonly electron: ElectronApi;
  readonly app: EventEmitter;
  readonly ipcMain: EventEmitter;
  readonly windows: FakeWindow[];
  readonly schemes: Electron.CustomScheme[];
  readonly handlers: Map<string, (request: Request) => Promise<Response>>;
  readonly menus: Electron.MenuItemConstructorOptions[][];
  readonly opened: string[];
  readonly recent: string[];
  readonly errors: string[];
  readonly quits: () => number;
  /** The buttons that are pressed when something is asked. */
  readonly answers: number[];
  /** What a page may do by the session's handlers. */
  readonly permits: (permission: string) => boolean;
  readonly screens: Electron.Rectangle[];
}

/** @param isSecond Whether the studio runs already. */
export function fakeElectron({
  isSecond = false,
  env = {},
}: { isSecond?: boolean; env?: NodeJS.ProcessEnv } = {}): FakeElectron {
  const app = new EventEmitter();
  const ipcMain = new EventEmitter();
  const windows: FakeWindow[] = [];
  const schemes: Electron.CustomScheme[] = [];
  const handlers: FakeElectron['handlers'] = new Map();
  const menus: Electron.MenuItemConstructorOptions[][] = [];
  const [opened, recent, errors]: string[][] = [[], [], []];
  const answers: number[] = [];
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
  let quits = 0;
  let check: Parameters<Electron.Session['setPermissionCheckHandler']>[0] = null;

  const quit = () => {
    let isPrevented = false;
    app.emit('before-quit', { preventDefault: () => (isPrevented = true) });
    if (!isPrevented) quits += 1;
  };
  const display = (workArea: Electron.Rectangle) => ({ workArea }) as Electron.Display;
  const parts = {
    app: Object.assign(app, {
      requestSingleInstanceLock: () => !isSecond,
      whenReady: () => Promise.resolve(),
      quit,
      exit: () => void (quits += 1),
      getLocale: () => 'en-GB',
      addRecentDocument: (path) => void recent?.push(path),
    } satisfies Members<Electron.App>),
    dialog: {
      showErrorBox: (_title, content) => void errors?.push(content),
      showMessageBoxSync: () => answers.shift() ?? 0,
      showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: ['/chosen'] }),
    } satisfies Members<Electron.Dialog>,
    powerMonitor: { isOnBatteryPower: () => false } satisfies Members<Electron.PowerMonitor>,
    protocol: {
      registerSchemesAsPrivileged: (added) => void schemes.push(...added),
      handle: (scheme, handler) => void handlers.set(scheme, async (request) => handler(request)),
    } satisfies Members<Electron.Protocol>,
    session: {
      defaultSession: {
        setPermissionRequestHandler: () => undefined,
        setPermissionCheckHandler: (handler) => void (check = handler),
        setDevicePermissionHandler: () => undefined,
      } satisfies Members<Electron.Session>,
    },
    shell: { openExternal: (url) => Promise.resolve(void opened?.push(url)) } satisfies Members<Electron.Shell>,
    screen: {
      getAllDisplays: () => screens.map(display),
      getPrimaryDisplay: () => display(screens[0]!),
    } satisfies Members<Electron.Screen>,
    Menu: {
      buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (menu: Electron.MenuItemConstructorOptions[]) => void menus.push(menu),
    },
    ipcMain,
    MessageChannelMain: FakeChannel,
    BrowserWindow: class extends FakeWindow {
      constructor(options: Electron.BrowserWindowConstructorOptions) {
        super(options);
        windows.push(this);
        app.emit('web-contents-created', {}, this.webContents);
      }
    },
    utilityProcess: { fork: (entry: string) => forkProcess(entry, env) },
  };
  return {
    electron: parts as unknown as ElectronApi,
    app,
    ipcMain,
    windows,
    schemes,
    handlers,
    menus,
    opened: opened!,
    recent: recent!,
    answers,
    errors: errors!,
    quits: () => quits,
    permits: (permission) => check?.(null, permission as never, '', {} as never) ?? true,
    screens,
  };
}

/** A real process; Electron's have the same messages. */
function forkProcess(entry: string, env: NodeJS.ProcessEnv) {
  const child = fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...env },
  });
  return Object.assign(new EventEmitter(), {
    get pid() {
      return child.pid;
    },
    stderr: child.stderr,
    postMessage: (message: object) => void child.send(message),
    kill: () => child.kill(),
    on: (event: string, listener: (...args: unknown[]) => void) => child.on(event, listener),
    once: (event: string, listener: (...args: unknown[]) => void) => child.once(event, listener),
  });
}
