/** @file The command line as a process. */
import { fileURLToPath } from 'node:url';

import packageJson from '../../package.json' with { type: 'json' };
import { runCli } from './run-cli.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: processTerminal(),
  version: packageJson.version,
  // Of the bundle, `dist/cli.js`.
  scriptsFolder: fileURLToPath(new URL('.', import.meta.url)),
  resourcesFolder: fileURLToPath(new URL('../resources', import.meta.url)),
});
