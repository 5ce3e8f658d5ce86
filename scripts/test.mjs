// All checks, then all tests, as CI runs them. Goes through to the end, and fails if anything did.
import { spawnSync } from 'node:child_process';

import { repository, setUp } from './setup.mjs';

setUp();

const checks = ['format', 'types', 'lint', 'deps', 'dead'];
const failed = [];
for (const check of checks) {
  const startMs = Date.now();
  const { status, stdout, stderr } = npm(['run', '--silent', `check:${check}`], 'pipe');
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${check} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(check);
  console.log(`${stdout}${stderr}`);
}
if (npm(['run', '--silent', 'test:unit', '--', ...process.argv.slice(2)], 'inherit').status !== 0) failed.push('tests');
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}

function npm(args, stdio) {
  const script = process.env.npm_execpath;
  const [command, ...before] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  return spawnSync(command, [...before, ...args], {
    cwd: repository,
    stdio,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    shell: process.platform === 'win32' && command === 'npm',
  });
}
