import { z } from 'zod';

import { zJobId, zJobReport } from '#shared/contract/job-events';
import { zBlobName, zJobRequest } from '#shared/contract/job-request';
import { zWireError } from '#shared/contract/wire-error';
import { zDocumentId, zNodeId } from '#shared/document/ids';

/** The last three are final. */
export const zJobState = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled']);
export type JobState = z.infer<typeof zJobState>;

/** How a result that starts from a picture lies over it. */
export const zKeptComposition = z
  .strictObject({
    /** A layer of its own, RGBA with its top left corner at (x, y) of the picture. Null: nothing changed. */
    patch: z
      .strictObject({ blob: zBlobName, x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) })
      .nullable(),
    /** Share of the picture's pixels that may differ from before; all others are the same bytes. */
    changedFraction: z.number().min(0).max(1),
  })
  .readonly();
export type KeptComposition = z.infer<typeof zKeptComposition>;

/** How the results of a job are offered to be chosen from, with those that were asked for together with it. */
const zJobOffer = z
  .strictObject({
    /** The first job of those. */
    run: zJobId,
    /** The step that they are another version of. */
    rerunOf: zNodeId.nullable(),
    /** Until somebody keeps one of them or puts them away. */
    isOpen: z.boolean(),
  })
  .readonly();

/** A job as it is kept: all it was given, and what came of it. */
export const zJobRecord = z
  .strictObject({
    version: z.literal(1),
    id: zJobId,
    /** Frozen when it was queued; a re-run after a crash uses the same. */
    request: zJobRequest,
    state: zJobState,
    /** Lower runs first. */
    rank: z.number(),
    /** How often it was started. */
    attempts: z.int().min(0),
    /** Whether it waits again because whoever ran it went away; the user is told. */
    wasInterrupted: z.boolean(),
    queuedAt: z.int(),
    endedAt: z.int().nullable(),
    /** Where its results belong; null for a job that belongs to no document. */
    target: z.strictObject({ document: zDocumentId, node: zNodeId }).nullable(),
    /** Null: it was asked for by something that does with the result what it likes. */
    offer: zJobOffer.nullable().default(null),
    /** Pictures as they came, kept even if the job ends badly. */
    results: z.array(zBlobName).readonly(),
    /** The answer, for jobs that answer in words. */
    text: z.string(),
    /** Of the last result, for jobs that start from a picture. */
    composition: zKeptComposition.nullable().default(null),
    /** Of jobs that have finished: times, device, warnings. */
    report: zJobReport.nullable().default(null),
    error: zWireError.nullable(),
  })
  .readonly();
export type JobRecord = z.infer<typeof zJobRecord>;

export const isFinal = (state: JobState): boolean =>
  state === 'finished' || state === 'failed' || state === 'cancelled';
