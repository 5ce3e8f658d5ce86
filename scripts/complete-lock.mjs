// Some registries do not carry the packages that native modules have for other systems, and npm then leaves them out of
// package-lock.json, after which `npm ci` fails everywhere. Their names and versions are known all the same: this adds them.
// `npm run check:deps` calls it with --check.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { repository } from './setup.mjs';

const path = join(repository, 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = Object.entries(lock.packages).flatMap(([parent, entry]) =>
  Object.entries(entry.optionalDependencies ?? {}).flatMap(([name, version]) => {
    const found = resolve(parent, name);
    // Native modules name their parts by exact versions; whatever else is optional has been looked for.
    if (!/^\d+\.\d+\.\d+$/.test(version) || lock.packages[found]?.version === version) return [];
    const place = found === undefined ? `node_modules/${name}` : `${parent}/node_modules/${name}`;
    return [[place, { version, ...systemOf(name), ...(entry.dev && { dev: true }), optional: true }]];
  }),
);
if (missing.length > 0 && process.argv.includes('--check')) {
  const [[first]] = missing;
  console.error(
    `package-lock.json lacks ${missing.length} packages for other systems, such as ${first}. Run "node scripts/complete-lock.mjs".`,
  );
  process.exitCode = 1;
} else if (missing.length > 0) {
  const all = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, null, 2)}\n`);
  console.log(`Added ${missing.length} packages for other systems.`);
}

/** Where a package in `parent` finds another one, as Node does: in its own folder, then in those above. */
function resolve(parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('node_modules/') - 1, 0))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (lock.packages[place]) return place;
    if (folder === '') return undefined;
  }
}

/** What such a package runs on, by its name: `@swc/core-linux-arm64-musl`. */
function systemOf(name) {
  const os = /darwin|win32|linux|android|freebsd|openharmony/.exec(name)?.[0];
  const cpu = /arm64|x64|ia32|ppc64|riscv64|s390x|loong64|wasm32|arm/.exec(name)?.[0];
  const libc = os === 'linux' && (/musl/.test(name) ? 'musl' : /gnu/.test(name) ? 'glibc' : undefined);
  return { ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }), ...(os && { os: [os] }) };
}
