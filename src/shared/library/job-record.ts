import { z } from 'zod';

import { zJobId } from '#shared/contract/job-events';
import { zBlobName, zJobRequest } from '#shared/contract/job-request';
import { zWireError } from '#shared/contract/wire-error';
import { zDocumentId, zNodeId } from '#shared/document/ids';

/** The last three are final. */
export const zJobState = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled']);
export type JobState = z.infer<typeof zJobState>;

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
    /** Pictures as they came, kept even if the job ends badly. */
    results: z.array(zBlobName).readonly(),
    /** The answer, for jobs that answer in words. */
    text: z.string(),
    error: zWireError.nullable(),
  })
  .readonly();
export type JobRecord = z.infer<typeof zJobRecord>;

export const isFinal = (state: JobState): boolean =>
  state === 'finished' || state === 'failed' || state === 'cancelled';
