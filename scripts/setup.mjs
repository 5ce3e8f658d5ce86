// Makes sure that node_modules is what package-lock.json says, and installs it if not. Everything else starts here, so that
// a fresh clone needs Node, git and one command. Uses nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the packages if they are missing or not those of the lock file. Ends the process with a sentence if it cannot. */
export function setUp() {
  requireNode();
  if (!isInstalled()) install();
}

function requireNode() {
  const { engines } = readJson('package.json');
  const [major, minor] = engines.node.replace(/^>=/, '').split('.').map(Number);
  const [ours, oursMinor] = process.versions.node.split('.').map(Number);
  if (ours > major || (ours === major && oursMinor >= minor)) return;
  fail(`Ovis Studio needs Node ${engines.node}, and this is ${process.version}. Install a newer one from nodejs.org.`);
}

/** Compares the lock file with the copy that npm leaves of what it installed. */
function isInstalled() {
  let installed;
  try {
    installed = readJson('node_modules/.package-lock.json').packages;
  } catch {
    return false;
  }
  return Object.entries(readJson('package-lock.json').packages).every(([path, wanted]) => {
    const found = installed[path];
    // Packages for other systems are in the lock file and not on the disk.
    return path === '' || (found ? found.version === wanted.version : wanted.optional === true);
  });
}

function install() {
  console.error('Setting up: installing packages. Once; a minute or a few, as fast as the network is.');
  // The npm that started this script, or the one on the path.
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const { status, error } = spawnSync(command, [...before, 'ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 2],
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) fail(`npm could not be started (${error.message}). It comes with Node: is it on the PATH?`);
  if (status !== 0) fail('The packages could not be installed; the lines above say why. Nothing else was changed.');
}

function readJson(path) {
  return JSON.parse(readFileSync(join(repository, path), 'utf8'));
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
