// `npm start`: sets everything up and opens the studio, in a window of its own or, where Electron cannot run, in the browser.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildIfStale } from './build.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
buildIfStale(['node', 'page']);
process.setSourceMapsEnabled(true);
if (!process.argv.includes('--open')) process.argv.push('--open');
await import(pathToFileURL(join(repository, 'dist', 'server.js')));
