import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import type { BlobStore } from './blob-store.ts';
import type { ReferenceSet } from './references.ts';

export interface SweepOptions {
  /** How long a blob must have been left alone before it is set aside, and again before it is deleted. */
  readonly graceMs?: number;
  readonly now?: () => number;
  readonly signal?: AbortSignal | undefined;
}

export interface SweepReport {
  readonly setAside: number;
  readonly deleted: number;
  readonly freedBytes: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Sets aside what nothing refers to, and deletes what was set aside long ago and still is not referred to. Both need two
 * sweeps and a grace time between them; a clock that went backwards only makes them wait longer.
 * @param collect Finds everything that is referred to; called after the blobs were listed, so that what is put and
 *   referred to meanwhile is in its answer or in no list.
 * @throws AppError `sweep-unsafe` when it cannot be known what is referred to: then nothing is touched
 */
export async function sweep(
  blobs: BlobStore,
  collect: () => Promise<ReferenceSet>,
  { graceMs = dayMs, now = Date.now, signal }: SweepOptions = {},
): Promise<SweepReport> {
  const old = ({ putAtMs }: { putAtMs: number }) => now() - putAtMs > graceMs;
  const listed = await collected(blobs.list());
  const aside = await collected(blobs.listUnused());
  const references = await collect();
  if (references.unreadable.size > 0) {
    throw new AppError(
      'sweep-unsafe',
      'Nothing was cleared away, because some layers cannot be read: run "studio doctor" to see which.',
      { data: { unreadable: [...references.unreadable] } },
    );
  }
  const report = { setAside: 0, deleted: 0, freedBytes: 0 };
  for (const blob of listed) {
    throwIfCancelled(signal);
    if (references.names.has(blob.name) || blobs.wasPutHere(blob.name) || !old(blob)) continue;
    await blobs.setAside(blob.name);
    report.setAside += 1;
  }
  for (const blob of aside) {
    throwIfCancelled(signal);
    if (references.names.has(blob.name)) await blobs.keep(blob.name);
    else if (old(blob)) {
      await blobs.removeUnused(blob.name);
      report.deleted += 1;
      report.freedBytes += blob.sizeBytes;
    }
  }
  return report;
}

async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}
