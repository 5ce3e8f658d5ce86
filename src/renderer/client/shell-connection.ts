import { RPCLink } from '@orpc/client/message-port';

import { appOrigin, portGiven, portWanted } from '#shared/contract/studio/shell-port';
import { createStore } from 'zustand/vanilla';

import { clientOf, type Connection, type LinkState } from './connection.ts';

/** The way to the shell of this window, in Electron: a port that holds for as long as the page is there. */
export function connectToShell(): Connection {
  const state = createStore<LinkState>(() => 'opening');
  const isOnline = createStore(() => false);
  const link = receivePort().then((port) => {
    state.setState('open', true);
    isOnline.setState(true, true);
    return { client: new RPCLink({ port }), isOpen: () => true };
  });
  return { client: clientOf(() => link), state, isOnline, tryNow: () => undefined, enter: () => Promise.resolve() };
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
