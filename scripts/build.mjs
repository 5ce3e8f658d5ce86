// Builds dist/ when the sources are not those that it was built from: what runs in Node, and the page.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { repository } from './setup.mjs';

const parts = {
  node: { tool: 'rolldown/bin/cli.mjs', args: ['-c'], sources: /^(?!renderer)/, config: 'rolldown.config.ts' },
  page: {
    tool: 'vite/bin/vite.js',
    args: ['build', '--logLevel', 'error'],
    sources: /^(renderer|shared|base|raster)/,
    config: 'vite.config.ts',
  },
};

/** @param names of the parts that are needed: `node`, `page` */
export function buildIfStale(names = ['node']) {
  // A packed copy of the program has no sources, and needs none.
  if (existsSync(join(repository, 'src'))) for (const name of names) buildPart(name, parts[name]);
}

function buildPart(name, { tool, args, ...inputs }) {
  const stamp = join(repository, 'dist', `build-stamp-${name}`);
  const wanted = fingerprint(inputs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error(`Building the ${name === 'page' ? 'page' : 'program'}…`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'node_modules', tool), ...args], {
    cwd: repository,
    encoding: 'utf8',
    // Whoever builds may be a test, and what is built is the same.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) {
    console.error(`${stdout}${stderr}`);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

/** Changes with any file of the sources: by name, size and time, so that hundreds of them take milliseconds. */
function fingerprint({ sources, config }) {
  const hash = createHash('sha256');
  const note = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  const folder = join(repository, 'src');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && sources.test(relative(folder, path)) && !/\.test\.tsx?$/.test(path)) note(path);
  }
  for (const name of [config, 'package.json']) note(join(repository, name));
  return hash.digest('hex');
}
