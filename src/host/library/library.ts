import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { AppError } from '#base/app-error';
import { parseVersioned } from '#shared/document/versioned';
import { writeFileDurably } from '#files/durable-write';
import { fileError, systemCode } from '#files/file-error';
import { SettingsStore } from '../settings/settings-store.ts';
import { BlobStore, makeFolderDurably } from './blobs/blob-store.ts';
import {
  documentJournalReferences,
  galleryReferences,
  jobReferences,
  journalOf,
  ReferenceSet,
} from './blobs/references.ts';
import { sweep, type SweepOptions, type SweepReport } from './blobs/sweep.ts';
import { Thumbnails } from './blobs/thumbnails.ts';
import { CommitCheck } from './documents/commit-check.ts';
import { listDocuments } from './documents/document-list.ts';
import { DocumentStore, type DocumentSummary } from './documents/document-store.ts';
import { Gallery } from './gallery/gallery.ts';
import { LibraryIndex } from './index/library-index.ts';
import { JobStore, readAllJobs } from './jobs/job-store.ts';
import type { LibraryFs } from './library-fs.ts';

export interface LibraryOptions {
  /** Who opens it, for the explanation others get: "Ovis Studio", "studio run". */
  readonly purpose: string;
  readonly fs?: LibraryFs;
  /** Changes nothing on the disk; also what happens by itself where nothing can be written. */
  readonly readOnly?: boolean;
}

/** Everything that is kept, and where: see README.md. Each part can be used without knowing the others. */
export interface Library {
  readonly folder: string;
  /** Why nothing can be written, or undefined where it can. If so, there are no jobs, and every change is refused. */
  readonly readOnlyBecause: AppError | undefined;
  readonly blobs: BlobStore;
  readonly thumbnails: Thumbnails;
  readonly documents: DocumentStore;
  readonly gallery: Gallery;
  /** Undefined where nothing can be written. */
  readonly jobs: JobStore | undefined;
  readonly settings: SettingsStore;
  /** Documents, or those in the trash, last changed first. */
  listDocuments(place?: { readonly trashed: boolean }): Promise<DocumentSummary[]>;
  /** Everything that something refers to. @throws AppError when that cannot be known */
  references(options?: { signal?: AbortSignal | undefined }): Promise<ReferenceSet>;
  /** Clears away what nothing refers to. */
  sweep(options?: SweepOptions): Promise<SweepReport>;
  /** Finishes what is under way and lets others in. */
  close(): Promise<void>;
}

// The version is there twice, so that a damaged digit is not taken for a newer studio.
const zMarker = z.strictObject({ version: z.literal(1), format: z.literal('ovis-library 1') });

/**
 * Opens the library in a folder, making it at first use.
 * @param home The studio's data folder; the library is in `library` there, the settings beside it.
 * @throws AppError `version-too-new` when a later studio made it, `disk-full`, `permission-denied` (not even readable)
 */
export async function openLibrary(home: string, options: LibraryOptions): Promise<Library> {
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let end = opened.pop(); end !== undefined; end = opened.pop()) await end();
  };
  try {
    return await openParts(home, options, { opened, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function openParts(
  home: string,
  options: LibraryOptions,
  { opened, close }: { readonly opened: (() => Promise<void>)[]; readonly close: () => Promise<void> },
): Promise<Library> {
  const { purpose, fs = nodeFs } = options;
  const folder = join(home, 'library');
  const readOnlyBecause = options.readOnly ? askedFor() : await prepareFolder(folder, fs);
  const isWritable = readOnlyBecause === undefined;
  const shared = { purpose, fs, readOnly: !isWritable };
  const blobs = await BlobStore.open(join(folder, 'blobs'), shared);
  const documentsFolder = join(folder, 'documents');
  const trashFolder = join(folder, 'trash');
  const jobsFolder = join(folder, 'jobs');
  const check = new CommitCheck(blobs);
  const documents = await DocumentStore.open(documentsFolder, trashFolder, {
    ...shared,
    check: (commit, before) => check.check(commit, before),
  });
  const index = new LibraryIndex(isWritable ? join(folder, 'index.sqlite') : ':memory:');
  opened.push(() => Promise.resolve(index.close()));
  const gallery = new Gallery(folder, index, shared);
  opened.push(
    () => gallery.close(),
    () => documents.closeAll(),
  );
  const jobs = isWritable ? await JobStore.open(jobsFolder, shared) : undefined;
  if (jobs) opened.push(() => jobs.close());
  const settings = await SettingsStore.open(join(home, 'settings.json'));

  const references: Library['references'] = async ({ signal } = {}) => {
    const found = new ReferenceSet(blobs);
    for (const [parent, trashed] of [
      [documentsFolder, false],
      [trashFolder, true],
    ] as const) {
      for (const id of await documents.ids({ trashed })) {
        await found.add(await documentJournalReferences(journalOf(parent, id), { fs, signal }));
      }
    }
    for (const item of await gallery.all()) found.addFiles(galleryReferences(item));
    for (const job of await readAllJobs(jobsFolder, fs)) found.addFiles(jobReferences(job));
    return found;
  };

  return {
    folder,
    readOnlyBecause,
    blobs,
    thumbnails: new Thumbnails(join(folder, 'thumbnails'), blobs),
    documents,
    gallery,
    jobs,
    settings,
    references,
    listDocuments: (place = { trashed: false }) => listDocuments(documents, index, place),
    sweep: (sweepOptions = {}) => sweep(blobs, () => references(sweepOptions), sweepOptions),
    close,
  };
}

/** Makes the folder and its marker if need be; returns why nothing can be written there, if so. */
async function prepareFolder(folder: string, fs: LibraryFs): Promise<AppError | undefined> {
  const marker = join(folder, 'library.json');
  const text = await readMarker(marker, fs);
  if (text !== undefined) refuseNewer(parseJson(text));
  try {
    await makeFolderDurably(folder, fs);
    const stored: z.infer<typeof zMarker> = { version: 1, format: 'ovis-library 1' };
    // Written each time, by way of trial: a folder can be read-only, or a disk full, without saying so.
    await writeFileDurably(marker, JSON.stringify(stored), { fs });
    return undefined;
  } catch (error) {
    if (error instanceof AppError && ['permission-denied', 'folder-read-only', 'disk-full'].includes(error.code)) {
      return error;
    }
    throw error;
  }
}

/** A marker that is damaged is written anew; one of a later studio says that the rest is not for us. */
function refuseNewer(marker: unknown): void {
  const stored = z.object({ version: z.int(), format: z.string() }).safeParse(marker);
  if (!stored.success || stored.data.format !== `ovis-library ${stored.data.version}`) return;
  parseVersioned(marker, { what: 'library', schema: zMarker, steps: [] });
}

function askedFor(): AppError {
  return new AppError('library-read-only', 'The library was opened for reading only: open it again to change it.');
}

async function readMarker(path: string, fs: LibraryFs): Promise<string | undefined> {
  try {
    const file = await fs.open(path, 'r');
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(error, path, 'open the library');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
