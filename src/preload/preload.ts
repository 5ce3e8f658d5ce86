/** @file Hands the connection from the shell to the page, and nothing else: see `shell-port.ts`. */
import { ipcRenderer } from 'electron';

import { portGiven, portWanted } from '#shared/contract/studio/shell-port';

window.addEventListener('message', ({ source, data }) => {
  if (source === window && data === portWanted) ipcRenderer.send(portWanted);
});
ipcRenderer.on(portGiven, ({ ports }) => window.postMessage(portGiven, window.location.origin, [...ports]));
