import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { formatManifest, manifestName } from '#model/weights/package-manifest';

/** Puts a package without weights into a data folder: enough to be chosen, for a fake engine. */
export async function installEmptyModel(home: string, name: string): Promise<void> {
  const folder = join(home, 'models', name);
  await mkdir(folder, { recursive: true });
  const manifest = {
    name,
    kind: 'ovis-u1',
    precision: 'f32',
    licence: null,
    origin: {},
    config: {},
    files: [],
  } as const;
  await writeFile(join(folder, manifestName), formatManifest(manifest));
}
