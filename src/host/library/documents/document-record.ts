import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

import { z } from 'zod';

import { AppError } from '#base/app-error';
import { zJobRequest } from '#shared/contract/job-request';
import { parseDocument, type Document } from '#shared/document/document';
import { zHistoryEvent, type HistoryEvent } from '#shared/document/history-node';
import { zStepLabel } from '#shared/document/step-label';
import { parseVersioned, type VersionedShape } from '#shared/document/versioned';

// One record of a document's journal: u32 length of the head, little endian; the head, JSON of `zStoredEvent`; and, for a
// commit, the whole document as raw-deflated JSON. Opening reads heads only.
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Two hundred layers with long names come to about 100 KB. */
const longestDocument = 1 << 26;

const storedEvent = {
  what: 'step of a document',
  schema: z.strictObject({ version: z.literal(2), event: zHistoryEvent }),
  steps: [withLabelAsData],
  repair: withoutTheUnknown,
} satisfies VersionedShape<z.ZodType>;

export async function encodeEvent(event: HistoryEvent, document?: Document): Promise<Buffer> {
  const head = Buffer.from(JSON.stringify({ version: 2, event }));
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

/** What happened was written in English before it was data; it stays as it was written. */
function withLabelAsData(stored: Record<string, unknown>): Record<string, unknown> {
  return withNode(stored, ({ label }) => ({ label: { what: 'written', text: label } }));
}

/** A step whose recipe or label is not understood is still a step: its pixels are what counts. */
function withoutTheUnknown(stored: Record<string, unknown>): Record<string, unknown> {
  return withNode(stored, ({ recipe, label }) => ({
    recipe: zJobRequest.safeParse(recipe).data ?? null,
    label: zStepLabel.safeParse(label).data ?? { what: 'unknown' },
  }));
}

/** The same with changes of the node, where a step is stored. */
function withNode(
  stored: Record<string, unknown>,
  change: (node: Record<string, unknown>) => Record<string, unknown>,
): Record<string, unknown> {
  const commit = z.looseObject({ type: z.literal('commit'), node: z.looseObject({}) }).safeParse(stored['event']);
  if (!commit.success) return stored;
  const { node } = commit.data;
  return { ...stored, event: { ...commit.data, node: { ...node, ...change(node) } } };
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
