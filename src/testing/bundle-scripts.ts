import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { build } from 'rolldown';

export interface BundledScripts extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Makes scripts that Node can run in processes of their own of TypeScript files; packages stay where they are.
 *
 * @param sources the file of each script, by the script's name without `.js`
 */
export async function bundleScripts(sources: Readonly<Record<string, string>>): Promise<BundledScripts> {
  // Inside the repository, so that packages are found and `.js` is a module.
  await mkdir(resolve('.cache'), { recursive: true });
  const folder = await mkdtemp(join(resolve('.cache'), 'scripts-'));
  await build({
    input: sources,
    platform: 'node',
    external: /^(?!#|[a-z]:)[^./]/i,
    output: { dir: folder, format: 'esm', sourcemap: 'inline', entryFileNames: '[name].js' },
    logLevel: 'warn',
  });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
