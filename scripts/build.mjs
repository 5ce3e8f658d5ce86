// Builds dist/ when the sources are not those that it was built from.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { repository } from './setup.mjs';

const stamp = join(repository, 'dist', 'build-stamp');

export function buildIfStale() {
  // A packed copy of the program has no sources, and needs none.
  if (!existsSync(join(repository, 'src'))) return;
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Building…');
  const rolldown = join(repository, 'node_modules/rolldown/bin/cli.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [rolldown, '-c'], {
    cwd: repository,
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(`${stdout}${stderr}`);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

/** Changes with any file of the sources: by name, size and time, so that hundreds of them take milliseconds. */
function fingerprint() {
  const hash = createHash('sha256');
  const note = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  for (const entry of readdirSync(join(repository, 'src'), { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !entry.name.endsWith('.test.ts')) note(join(entry.parentPath, entry.name));
  for (const name of ['rolldown.config.ts', 'package.json']) note(join(repository, name));
  return hash.digest('hex');
}
