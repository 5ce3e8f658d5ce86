import { z } from 'zod';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { zBlobName, type BlobName } from '#shared/contract/job-request';
import { documentReferences } from '#shared/document/document';
import type { HistoryEvent } from '#shared/document/history-node';
import { eventReferences, nodeOf, pathTo } from '#shared/document/history-tree';
import type { DocumentId } from '#shared/document/ids';
import { parseVersioned } from '#shared/document/versioned';
import { requireFreeBytes } from '#files/free-space';
import type { BlobStore } from '../blobs/blob-store.ts';
import { ReferenceSet } from '../blobs/references.ts';
import { recordsFor } from '../documents/connected-records.ts';
import { readLog } from '../documents/document-log.ts';
import { decodeDocument, decodeEvent } from '../documents/document-record.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { encodeRecord, scanRecords, type JournalRecord } from '../journal/record-format.ts';
import { ZipArchive } from './zip-archive.ts';
import { writeZip } from './zip-writer.ts';

// A `.ovis` file is a zip: `manifest.json`, `history` (records as in the journal of a document) and every blob that these
// refer to as `blobs/` and its name, unpacked, since all of them are packed already.
export const ovisManifest = 'manifest.json';
const historyName = 'history';
const blobPrefix = 'blobs/';

const ovisFormat = 'ovis-document';

const zManifest = z.strictObject({
  version: z.literal(1),
  format: z.literal(ovisFormat),
  title: z.string().max(255),
  /** What was lost before the file was made; its absence is no damage of the file. */
  missing: z.array(zBlobName).max(1_000_000),
});

const limits = { maxEntries: 1_000_000, maxTotalBytes: 2 ** 40 };
const maxManifestBytes = 1 << 26;
const maxHistoryBytes = 1 << 30;

interface Stores {
  readonly blobs: BlobStore;
  readonly documents: DocumentStore;
}

export interface OvisExportOptions {
  /** All there ever was, what led to the current step, or that step alone. */
  readonly history?: 'whole' | 'path' | 'current';
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a document with its history and all its pixels to a file, from which it opens again the same.
 * @throws AppError `document-missing`, `disk-full`, `permission-denied`, `folder-read-only`, `cancelled`
 */
export async function writeOvis(
  { blobs, documents }: Stores,
  id: DocumentId,
  path: string,
  { history = 'whole', signal }: OvisExportOptions = {},
): Promise<void> {
  const records = await documents.records(id);
  const chosen = await chosenRecords(records, history);
  const references = await referencesOf(chosen, blobs, signal);
  const present: BlobName[] = [];
  const missing: BlobName[] = [];
  for (const name of references.names) ((await blobs.has(name)) ? present : missing).push(name);
  const manifest: z.infer<typeof zManifest> = {
    version: 1,
    format: ovisFormat,
    title: readLog(undefined, records).tree.title,
    missing,
  };
  const contents = [
    { name: ovisManifest, content: Buffer.from(JSON.stringify(manifest)), compress: true },
    { name: historyName, content: Buffer.concat(chosen.map(encodeRecord)) },
    ...present.sort().map((name) => ({ name: blobPrefix + name, content: () => blobs.stream(name, { signal }) })),
  ];
  await writeZip(path, contents, { signal });
}

/**
 * Makes a document of a `.ovis` file. Every blob is checked against its name, every step is parsed, and what they refer to
 * must be there; otherwise nothing is made.
 * @throws AppError `archive-invalid`, `archive-unsafe`, `path-unsafe`, `blob-mismatch`, `version-too-new`,
 *   `stored-value-invalid`, `disk-space-short`, `disk-full`, `cancelled`
 */
export async function readOvis(
  { blobs, documents }: Stores,
  path: string,
  { signal, folder }: { signal?: AbortSignal | undefined; folder: string },
): Promise<DocumentId> {
  const archive = await ZipArchive.open(path, limits);
  try {
    const manifest = parseVersioned(parseJson(await archive.read(ovisManifest, { maxBytes: maxManifestBytes })), {
      what: 'studio file',
      schema: zManifest,
      steps: [],
    });
    await requireFreeBytes(folder, archive.totalBytes, 'This document');
    const { records, damagedBytes, end } = readHistory(await archive.read(historyName, { maxBytes: maxHistoryBytes }));
    const { tree, problems } = readLog(undefined, records);
    if (damagedBytes > 0 || problems.length > 0 || tree.root === null) throw notWhole(problems[0] ?? `byte ${end}`);
    for (const name of archive.names()) {
      throwIfCancelled(signal);
      if (!name.startsWith(blobPrefix)) continue;
      const expected = zBlobName.safeParse(name.slice(blobPrefix.length));
      if (!expected.success) throw notWhole(name);
      await blobs.put(archive.stream(name), { expected: expected.data, signal });
    }
    const payloads = records.map(({ payload }) => payload);
    const references = await referencesOf(payloads, blobs, signal);
    const known = new Set(manifest.missing);
    for (const name of references.names) {
      if (!known.has(name) && !(await blobs.keep(name))) throw notWhole(name);
    }
    return await documents.createFromRecords(payloads);
  } finally {
    archive.close();
  }
}

/** The records of a whole, connected history: all of it, or as if only what led to the current step had ever been. */
async function chosenRecords(
  records: readonly JournalRecord[],
  history: 'whole' | 'path' | 'current',
): Promise<Buffer[]> {
  const log = readLog(undefined, records);
  const { tree, events, problems } = log;
  if (history === 'whole' && problems.length === 0) return records.map(({ payload }) => payload);
  if (history === 'whole') {
    return recordsFor(
      events.map(({ event }) => event),
      log,
      records,
    );
  }
  const { current } = tree;
  const path = current === null ? [] : history === 'path' ? pathTo(tree, current) : [current];
  const commits = path.map((node, index): HistoryEvent => {
    return { type: 'commit', node: { ...nodeOf(tree, node), parent: path[index - 1] ?? null } };
  });
  return recordsFor([{ type: 'title', title: tree.title }, ...commits], log, records);
}

async function referencesOf(
  payloads: readonly Buffer[],
  blobs: BlobStore,
  signal: AbortSignal | undefined,
): Promise<ReferenceSet> {
  const references = new ReferenceSet(blobs);
  for (const payload of payloads) {
    throwIfCancelled(signal);
    const event = decodeEvent(payload);
    references.addFiles(eventReferences(event));
    if (event.type === 'commit') await references.add(documentReferences(await decodeDocument(payload)));
  }
  return references;
}

function readHistory(bytes: Buffer) {
  const scan = scanRecords(bytes, 0);
  return { ...scan, damagedBytes: scan.damagedBytes + (bytes.length - scan.end) };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function notWhole(what: string): AppError {
  return new AppError('archive-invalid', 'The studio file is not whole: get it again from where it was made.', {
    data: { what },
  });
}
