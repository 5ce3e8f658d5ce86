// `npm start`: sets everything up and opens the studio.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildIfStale } from './build.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
buildIfStale();
console.log('The studio has no window yet. What it can do already, it does on the command line:\n');
process.argv.splice(2, Number.POSITIVE_INFINITY, '--help');
await import(pathToFileURL(join(repository, 'dist', 'cli.js')));
