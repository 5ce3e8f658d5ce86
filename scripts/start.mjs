// `npm start`: sets everything up and opens the studio, in a window of its own or, where Electron cannot run, in the browser.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildIfStale } from './build.mjs';
import { findElectron } from './electron.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
buildIfStale(['node', 'page']);
const wantsBrowser = process.argv.includes('--browser');
const electron = wantsBrowser ? undefined : findElectron({ mayFetch: true });
if (electron === undefined) {
  if (!wantsBrowser) console.log('Electron has no screen here or cannot be fetched: the studio opens in the browser.');
  process.setSourceMapsEnabled(true);
  if (!process.argv.includes('--open')) process.argv.push('--open');
  await import(pathToFileURL(join(repository, 'dist', 'server.js')));
} else {
  const child = spawn(electron, [repository, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
