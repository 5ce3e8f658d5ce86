/** @file The engine as a utility process of Electron. */
/// <reference types="electron" />
import type { RpcPort } from '#shared/contract/ipc-port';

import { runEngine } from './engine-main.ts';

const { parentPort } = process;
const port: RpcPort = {
  postMessage: (data) => parentPort.postMessage(data),
  on: (event, listener) => {
    if (event === 'message') parentPort.on('message', ({ data }) => listener({ data }));
  },
};
runEngine(port);
