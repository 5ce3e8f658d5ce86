#!/usr/bin/env node
// The command line: sets up and builds what is missing, then runs it in this very process.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildIfStale } from './build.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
buildIfStale();
process.setSourceMapsEnabled(true);
await import(pathToFileURL(join(repository, 'dist', 'cli.js')));
