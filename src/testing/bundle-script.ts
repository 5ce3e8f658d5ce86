import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { build } from 'rolldown';

export interface BundledScript extends AsyncDisposable {
  readonly path: string;
}

/** Makes a script that Node can run in a process of its own of a TypeScript file; packages stay where they are. */
export async function bundleScript(source: string): Promise<BundledScript> {
  // Inside the repository, so that packages are found.
  const folder = await mkdtemp(join(resolve('node_modules'), '.bundled-'));
  const path = join(folder, 'script.mjs');
  await build({
    input: source,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('#') && !id.startsWith('/'),
    output: { file: path, format: 'esm', sourcemap: 'inline' },
    logLevel: 'warn',
  });
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
