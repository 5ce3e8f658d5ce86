/** @file The studio in Electron. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as electron from 'electron';

import { dataFolder } from '#files/data-folder';
import packageJson from '../../package.json' with { type: 'json' };
import { startShell } from './shell.ts';

// Of the bundle, `dist/main.js`.
const scriptsFolder = fileURLToPath(new URL('.', import.meta.url));

/** Packed, the program is one file that only Electron can look into; what others must read lies beside it. */
const onDisk = (path: string): string => path.replace(/app\.asar(?=[/\\])/, 'app.asar.unpacked');

await startShell(electron, {
  home: dataFolder(),
  scriptsFolder,
  bundledModelsFolder: onDisk(join(scriptsFolder, '..', 'resources', 'models')),
  conversionScript: onDisk(join(scriptsFolder, 'conversion-thread.js')),
  version: packageJson.version,
  argv: process.argv,
});
