import { RPCLink } from '@orpc/client/message-port';

import { appOrigin, portGiven, portWanted } from '#shared/contract/studio/shell-port';
import { createStore } from 'zustand/vanilla';

import { clientOf, type Connection } from './connection.ts';

/** The way to the shell of this window, in Electron: a port that holds for as long as the page is there. */
export function connectToShell(): Connection {
  const isOnline = createStore(() => false);
  const link = receivePort().then((port) => {
    isOnline.setState(true, true);
    return new RPCLink({ port });
  });
  return { client: clientOf(() => link), isOnline };
}

function receivePort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const onMessage = ({ source, data, ports: [port] }: MessageEvent) => {
      if (source !== window || data !== portGiven || port === undefined) return;
      window.removeEventListener('message', onMessage);
      port.start();
      resolve(port);
    };
    window.addEventListener('message', onMessage);
    window.postMessage(portWanted, appOrigin);
  });
}
