// `npm run package`: the studio as an application for this system, in `release/`. The packer is fetched when it is needed: it
// brings hundreds of packages that nobody else has use for, and it must fetch Electron anyway.
import { spawnSync } from 'node:child_process';

import { buildIfStale } from './build.mjs';
import { repository, setUp } from './setup.mjs';

setUp();
buildIfStale(['node', 'page']);
const packer = ['--yes', 'electron-builder@26.17.0', '--config', 'electron-builder.config.mjs', '--publish', 'never'];
const { status } = spawnSync('npx', [...packer, ...process.argv.slice(2)], {
  cwd: repository,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
