import { rm } from 'node:fs/promises';

import { throwIfCancelled } from '#base/abort';
import { AppError, toAppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';
import type { BlobName } from '#shared/contract/job-request';
import type { Library } from './library.ts';

/** Something that is not as it should be. */
export interface Finding {
  readonly kind:
    /** A picture's bytes are not what they were. */
    | 'blob-damaged'
    /** Something refers to a picture that is not there. */
    | 'blob-missing'
    | 'document-damaged'
    | 'gallery-damaged'
    /** Left by something that was interrupted; takes room and does no harm. */
    | 'leftovers'
    /** Nothing refers to it; it is cleared away in time. */
    | 'unreferenced';
  readonly message: string;
  /** Whether it is mended now, as far as it can be: what is lost stays lost. */
  readonly isMended: boolean;
}

export interface CheckOptions {
  /** Mends journals, makes the index anew, sets damaged pictures aside, and deletes leftovers. */
  readonly repair?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with how many pictures have been checked. */
  readonly onProgress?: ((checked: number) => void) | undefined;
}

type Parts = Pick<Library, 'blobs' | 'documents' | 'gallery' | 'references' | 'readOnlyBecause'>;

/** Younger ones may belong to something that is going on. */
const leftoverAgeMs = 24 * 60 * 60 * 1000;

/** Reads the whole library and tells what is wrong with it, as it finds it. */
export async function* checkLibrary(library: Parts, options: CheckOptions = {}): AsyncGenerator<Finding> {
  const isMending = options.repair === true && library.readOnlyBecause === undefined;
  yield* checkDocuments(library, isMending, options);
  yield* checkGallery(library, isMending);
  const present = new Map<BlobName, number>();
  yield* checkBlobs(library, isMending, present, options);
  yield* checkReferences(library, present, options);
  yield* checkLeftovers(library, isMending);
}

async function* checkDocuments(
  { documents }: Parts,
  isMending: boolean,
  { signal }: CheckOptions,
): AsyncGenerator<Finding> {
  for (const id of await documents.ids()) {
    throwIfCancelled(signal);
    const problems = await documents.problems(id).catch((error: unknown) => [toAppError(error).message]);
    if (problems.length === 0) continue;
    const isMended = isMending && (await succeeded(documents.mend(id)));
    for (const problem of problems) {
      yield { kind: 'document-damaged', message: `Document ${id}: ${problem}.`, isMended };
    }
  }
}

async function* checkGallery({ gallery }: Parts, isMending: boolean): AsyncGenerator<Finding> {
  const problems = await gallery.problems();
  const isMended = isMending && (await succeeded(gallery.mend()));
  for (const problem of problems) yield { kind: 'gallery-damaged', message: `Gallery: ${problem}.`, isMended };
}

async function* checkBlobs(
  { blobs }: Parts,
  isMending: boolean,
  present: Map<BlobName, number>,
  { signal, onProgress }: CheckOptions,
): AsyncGenerator<Finding> {
  let checked = 0;
  for await (const { name, sizeBytes } of blobs.list()) {
    throwIfCancelled(signal);
    const isSound = await blobs.verify(name, { signal });
    onProgress?.((checked += 1));
    if (isSound) {
      present.set(name, sizeBytes);
      continue;
    }
    if (isMending) await blobs.setDamagedAside(name);
    yield { kind: 'blob-damaged', message: `The picture ${name} is damaged.`, isMended: isMending };
  }
}

async function* checkReferences(
  { blobs, references }: Parts,
  present: ReadonlyMap<BlobName, number>,
  { signal }: CheckOptions,
): AsyncGenerator<Finding> {
  const found = await references({ signal }).catch((error: unknown) => {
    if (error instanceof AppError && error.code !== 'cancelled') return undefined;
    throw error;
  });
  // Without knowing all that is referred to, nothing can be said to be missing or too much; why was said above.
  if (found === undefined) return;
  for (const name of found.names) {
    if (present.has(name) || (await blobs.has(name))) continue;
    yield { kind: 'blob-missing', message: `The picture ${name} is missing.`, isMended: false };
  }
  const unreferenced = [...present].filter(([name]) => !found.names.has(name));
  if (unreferenced.length === 0) return;
  const bytes = unreferenced.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0);
  const message = `${unreferenced.length} pictures (${formatBytes(bytes)}) are used by nothing.`;
  yield { kind: 'unreferenced', message, isMended: false };
}

async function* checkLeftovers({ blobs, documents }: Parts, isMending: boolean): AsyncGenerator<Finding> {
  const before = Date.now() - leftoverAgeMs;
  const paths = [...(await blobs.leftovers(before)), ...(await documents.leftovers(before))];
  if (paths.length === 0) return;
  if (isMending) for (const path of paths) await rm(path, { recursive: true, force: true });
  yield { kind: 'leftovers', message: `${paths.length} interrupted writes have left files.`, isMended: isMending };
}

async function succeeded(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
