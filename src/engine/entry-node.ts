/** @file The engine as a forked Node process. */
import { ipcPort } from '#shared/contract/ipc-port';

import { runEngine } from './engine-main.ts';

if (process.send === undefined) {
  process.stderr.write('The engine is started by the studio, not by hand. Run "studio --help".\n');
  process.exit(2);
}
// Without a shell there is nobody to work for.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal. The shell decides what it means: it may want to end the task first.
process.on('SIGINT', () => undefined);
runEngine(ipcPort(process));
