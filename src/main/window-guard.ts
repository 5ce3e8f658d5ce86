import type { Session, WebContents, WebPreferences } from 'electron';

import { appOrigin } from '#shared/contract/studio/shell-port';
import type { ElectronApi } from './electron-api.ts';

/** A page that is only a page: no Node, a sandbox, a world of its own for the preload. */
export const safePreferences = {
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInSubFrames: false,
  nodeIntegrationInWorker: false,
  sandbox: true,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: true,
} as const satisfies WebPreferences;

/** Keeps a window on its page: it goes nowhere, opens nothing, embeds nothing. Links of the web open in the browser. */
export function guardContents(contents: WebContents, { shell }: Pick<ElectronApi, 'shell'>): void {
  contents.on('will-navigate', (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url).catch(() => undefined);
    return { action: 'deny' };
  });
}

/** What a page may ask the system for: to write to the clipboard and fill the screen. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'fullscreen']);

export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed.has(permission)));
  session.setPermissionCheckHandler((_contents, permission) => allowed.has(permission));
  session.setDevicePermissionHandler(() => false);
}

const isOurs = (url: string): boolean => url === appOrigin || url.startsWith(`${appOrigin}/`);
