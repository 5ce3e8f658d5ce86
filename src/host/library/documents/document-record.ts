import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

import { z } from 'zod';

import { AppError } from '#base/app-error';
import { parseDocument, type Document } from '#shared/document/document';
import { zHistoryEvent, type HistoryEvent } from '#shared/document/history-node';
import { parseVersioned, type VersionedShape } from '#shared/document/versioned';

// One record of a document's journal: u32 length of the head, little endian; the head, JSON of `zStoredEvent`; and, for a
// commit, the whole document as raw-deflated JSON. Opening reads heads only.
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Two hundred layers with long names come to about 100 KB. */
const longestDocument = 1 << 26;

const storedEvent = {
  what: 'step of a document',
  schema: z.strictObject({ version: z.literal(1), event: zHistoryEvent }),
  steps: [],
  repair: withoutRecipe,
} satisfies VersionedShape<z.ZodType>;

export async function encodeEvent(event: HistoryEvent, document?: Document): Promise<Buffer> {
  const head = Buffer.from(JSON.stringify({ version: 1, event }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const body = document === undefined ? [] : [await deflate(JSON.stringify(document))];
  return Buffer.concat([length, head, ...body]);
}

/** @throws AppError `stored-value-invalid`, `version-too-new` */
export function decodeEvent(payload: Buffer): HistoryEvent {
  return parseVersioned(parseJson(headOf(payload)), storedEvent).event;
}

/** The document that was committed with an event. @throws AppError `stored-value-invalid`, `version-too-new` */
export async function decodeDocument(payload: Buffer): Promise<Document> {
  const body = payload.subarray(4 + headOf(payload).length);
  let json: Buffer;
  try {
    json = await inflate(body, { maxOutputLength: longestDocument });
  } catch (error) {
    throw notAStep(error);
  }
  return parseDocument(parseJson(json));
}

/** A step whose recipe is not understood any more is still a step: its pixels are what counts. */
function withoutRecipe(stored: Record<string, unknown>): Record<string, unknown> {
  const commit = z.looseObject({ type: z.literal('commit'), node: z.looseObject({}) }).safeParse(stored['event']);
  return commit.success
    ? { ...stored, event: { ...commit.data, node: { ...commit.data.node, recipe: null } } }
    : stored;
}

function headOf(payload: Buffer): Buffer {
  const length = payload.length < 4 ? Infinity : payload.readUInt32LE(0);
  if (4 + length > payload.length) throw notAStep();
  return payload.subarray(4, 4 + length);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw notAStep(error);
  }
}

function notAStep(cause?: unknown): AppError {
  return new AppError('stored-value-invalid', 'A step of the document is damaged: go to the one before or after it.', {
    cause,
  });
}
