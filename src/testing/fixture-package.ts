import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import type { Precision } from '#model/weights/package-manifest';
import { FIXTURES } from './goldens.ts';

/** Sizes at which the fixture's tiny model is quick. */
const LIMITS = { min_side: 64, max_area: 256 * 256 };

/** The fixture's checkpoint as a model package in a temporary folder, made to work on small pictures. */
export async function importFixture(precision: Precision): Promise<{ folder: string; remove: () => Promise<void> }> {
  const parent = await mkdtemp(path.join(tmpdir(), 'ovis-fixture-'));
  const checkpoint = path.join(parent, 'checkpoint');
  await cp(path.join(FIXTURES, 'ovis-u1-dev/model'), checkpoint, { recursive: true });
  const file = path.join(checkpoint, 'config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as object;
  await rm(file);
  await writeFile(file, JSON.stringify({ ...config, studio_limits: LIMITS }));
  const folder = path.join(parent, precision);
  await importCheckpoint(checkpoint, folder, { precision });
  return { folder, remove: () => rm(parent, { recursive: true, force: true }) };
}
