import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { zNodeId } from '#shared/document/ids';
import { zJobRecord } from '#shared/library/job-record';
import { zGalleryId, type GalleryId } from '#shared/library/gallery-item';
import { call } from '../call.ts';
import { zJobId, zPhase, zRegionEvent, type JobId } from '../job-events.ts';
import { zJobRequest } from '../job-request.ts';
import { watched, zWatch } from './watching.ts';

/** A small picture of what is being made, to be shown stretched over its place. */
export const zJobPreview = z.object({
  /** A PNG as `data:` URL; a few kilobytes. */
  url: z.string().startsWith('data:image/png;base64,'),
  width: z.int().min(1),
  height: z.int().min(1),
});
export type JobPreview = z.infer<typeof zJobPreview>;

/** How far a running job is. A change of state (started, ended, moved) is told by its record instead. */
export const zJobProgress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phase'), name: zPhase }),
  zRegionEvent,
  z.object({
    kind: z.literal('step'),
    /** Steps done, from 1. */
    step: z.int().min(1),
    steps: z.int().min(1),
    /** Null when none was made of this step: the one before stays. */
    preview: zJobPreview.nullable(),
    /** From measured steps; null before there are two. */
    timeLeftMs: z.number().min(0).nullable(),
  }),
  /** A piece of an answer, to be appended. */
  z.object({ kind: z.literal('text'), delta: z.string() }),
]);
export type StudioJobProgress = z.infer<typeof zJobProgress>;

/** All that was said of a running job, added up. */
export const zJobActivity = z.object({
  id: zJobId,
  phase: zPhase.nullable(),
  step: z.int().min(0),
  /** 0 before the first step. */
  steps: z.int().min(0),
  preview: zJobPreview.nullable(),
  /** Where the preview belongs, and what of it may change, in pixels of the result; null: all of it. */
  region: zRegionEvent.omit({ kind: true }).nullable(),
  timeLeftMs: z.number().min(0).nullable(),
  /** Of the answer so far. */
  text: z.string(),
});
export type JobActivity = z.infer<typeof zJobActivity>;

export const zJobsEvent = z.discriminatedUnion('kind', [
  /** Every job that is known: waiting, running, and the last that have ended. */
  z.object({
    kind: z.literal('snapshot'),
    ...watched,
    jobs: z.array(zJobRecord),
    activity: z.array(zJobActivity),
  }),
  /**
   * A job is new or has changed. An ended one has everything in it: results are blobs and gallery entries by then, and
   * the layer to lay over the source is in `composition`.
   */
  z.object({ kind: z.literal('job'), ...watched, job: zJobRecord }),
  z.object({ kind: z.literal('progress'), ...watched, id: zJobId, progress: zJobProgress }),
]);
export type JobsEvent = z.infer<typeof zJobsEvent>;

/** The gallery's entry for a job's result. */
export const resultInGallery = (job: JobId, index: number): GalleryId => zGalleryId.parse(`job-${job}-${index}`);

export const jobsContract = {
  /** In the order in which they run; ended ones keep their place. */
  list: call.output(z.array(zJobRecord)),
  watch: call.input(zWatch).output(eventIterator(zJobsEvent)),
  /**
   * Queues jobs, which keep what they are given, whatever happens to the document meanwhile. Every blob that a request
   * names must be there. The model may be any installed package; the device is that of the settings when it runs.
   */
  start: call
    .input(
      z.object({
        requests: z.array(zJobRequest).min(1).max(64),
        target: zJobRecord.unwrap().shape.target.default(null),
        /** Before all that wait instead of behind. */
        atFront: z.boolean().default(false),
        /** Offers what comes of them, beside the results of the job that they join. */
        offer: z.object({ joins: zJobId.nullable(), rerunOf: zNodeId.nullable() }).nullable().default(null),
      }),
    )
    .output(z.array(zJobRecord)),
  /** Puts a waiting job before another, or behind all when `before` is null. */
  move: call.input(z.object({ id: zJobId, before: zJobId.nullable() })),
  /** A waiting job at once, a running one after the step at hand. Ended ones are passed over. */
  cancel: call.input(z.object({ ids: z.array(zJobId) })),
  /** Offers results to be chosen from, or no more: they were kept or put away. */
  offer: call.input(z.object({ ids: z.array(zJobId), isOpen: z.boolean() })),
  /** Queues an ended job's request again, as a new job whose results are offered with those of the first. */
  retry: call.input(z.object({ id: zJobId })).output(zJobRecord),
};
