// Bundles a TypeScript entry and runs it: `node scripts/run.mjs bench/library.ts ARGS…`. There is no TypeScript loader in
// the house, and this is what the build does anyway.
import { spawn } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'rolldown';

const repository = fileURLToPath(new URL('..', import.meta.url));
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  console.error('usage: node scripts/run.mjs ENTRY.ts ARGS…');
  process.exit(2);
}
const file = resolve(repository, '.cache/run', `${basename(entry, '.ts')}.mjs`);
await build({
  input: resolve(entry),
  cwd: repository,
  platform: 'node',
  external: /^(?!#)[^./]/,
  output: { file, format: 'esm', codeSplitting: false },
  logLevel: 'silent',
});
const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], { stdio: 'inherit' });
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code ?? 1;
});
