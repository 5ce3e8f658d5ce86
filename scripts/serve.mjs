// `npm run serve`: the studio for a browser, on this machine or, if told so, for others.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildIfStale } from './build.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
buildIfStale(['node', 'page']);
process.setSourceMapsEnabled(true);
await import(pathToFileURL(join(repository, 'dist', 'server.js')));
