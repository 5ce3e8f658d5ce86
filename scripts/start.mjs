// `npm start`: sets everything up and opens the studio, in a window of its own or, where Electron cannot run, in the browser.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildIfStale } from './build.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
buildIfStale(['node', 'page']);
const electron = findElectron();
if (electron === undefined) {
  console.log('Electron is not here and cannot be fetched, so the studio opens in the browser.');
  process.setSourceMapsEnabled(true);
  if (!process.argv.includes('--open')) process.argv.push('--open');
  await import(pathToFileURL(join(repository, 'dist', 'server.js')));
} else {
  const child = spawn(electron, [repository, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

/** The path of Electron's binary, which is fetched the first time; undefined where that fails or there is no display. */
function findElectron() {
  const require = createRequire(import.meta.url);
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasDisplay || process.argv.includes('--browser')) return undefined;
  try {
    const folder = join(require.resolve('electron/package.json'), '..');
    if (!existsSync(join(folder, 'path.txt'))) {
      console.log('Fetching Electron, once.');
      spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 300_000 });
    }
    const path = require('electron');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
