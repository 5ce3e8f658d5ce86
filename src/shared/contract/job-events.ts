import { z } from 'zod';

import { zRect } from '#shared/document/geometry';
import { zDevice } from './device.ts';
import { zPrecision } from './job-request.ts';
import { zRaster } from './raster.ts';
import { zWireError } from './wire-error.ts';

/** Names one run of one request. */
export const zJobId = z.uuid().brand('JobId');
export type JobId = z.infer<typeof zJobId>;

/**
 * What the engine is doing: `load` weights; `encode` words and pictures into conditions; `denoise` step by step;
 * `decode` latents into pixels; `compose` the result with the untouched original; `answer` in words.
 */
export const zPhase = z.enum(['load', 'encode', 'denoise', 'decode', 'compose', 'answer']);
export type Phase = z.infer<typeof zPhase>;

/** Something the user should know about a result that did come out, e.g. that it is shifted against its source. */
export const zJobWarning = zWireError.pick({ message: true, data: true }).extend({ code: z.string() });
export type JobWarning = z.infer<typeof zJobWarning>;

export const zJobReport = z.object({
  device: zDevice,
  /** Version of onnxruntime. */
  runtime: z.string(),
  precision: zPrecision,
  totalMs: z.number().min(0),
  /** In the order in which they ran; a phase that ran twice is there twice. */
  phases: z.array(z.object({ name: zPhase, durationMs: z.number().min(0) })),
  /** The most memory that the engine's process has held so far. */
  peakMemoryBytes: z.int().min(0),
  warnings: z.array(zJobWarning),
});
export type JobReport = z.infer<typeof zJobReport>;

const zPhaseEvent = z.object({ kind: z.literal('phase'), name: zPhase });
/**
 * Where on the picture the previews of the steps to come belong, in the pixels of the result. It may hang over its edges;
 * for what is made from words alone it is not told, and is all of it.
 */
export const zRegionEvent = z.object({
  kind: z.literal('region'),
  rect: zRect,
  /** Around what of it may change: what was selected, or is added. */
  changes: zRect,
});
const zStepEvent = z.object({
  kind: z.literal('step'),
  /** Steps done, from 1. */
  step: z.int().min(1),
  steps: z.int().min(1),
  /** A small picture of the latents so far, transparent where nothing may change; null when none was made of this step. */
  preview: zRaster.nullable(),
  /** Of the steps that remain, from those measured so far; null before there are two. */
  timeLeftMs: z.number().min(0).nullable(),
});
/** A piece of an answer, to be appended to what came before. */
const zTextEvent = z.object({ kind: z.literal('text'), delta: z.string() });

/** How a result that starts from a picture was brought back onto it. */
export const zComposition = z.object({
  /** What was laid over the picture, RGBA with its top left corner at (x, y): a layer of its own. Null: nothing changed. */
  patch: z.object({ x: z.int(), y: z.int(), raster: zRaster }).nullable(),
  /** Share of the picture's pixels that may differ from before; all others are the same bytes. */
  changedFraction: z.number().min(0).max(1),
});
export type Composition = z.infer<typeof zComposition>;

const zFinishedEvent = z.object({
  kind: z.literal('finished'),
  pictures: z.array(zRaster),
  /** Of the picture, for jobs that start from one. */
  composition: zComposition.nullable(),
  /** The whole answer; empty for jobs that make pictures. */
  text: z.string(),
  report: zJobReport,
});
const zFailedEvent = z.object({ kind: z.literal('failed'), error: zWireError });
const zCancelledEvent = z.object({ kind: z.literal('cancelled') });

const progress = [zPhaseEvent, zRegionEvent, zStepEvent, zTextEvent] as const;
const outcomes = [zFinishedEvent, zFailedEvent, zCancelledEvent] as const;

/** What the engine says of the job it runs, in order. After an outcome comes nothing. */
export const zEngineEvent = z.discriminatedUnion('kind', [...progress, ...outcomes]);
export type EngineEvent = z.infer<typeof zEngineEvent>;
export type JobProgress = z.infer<(typeof progress)[number]>;
export type JobOutcome = z.infer<(typeof outcomes)[number]>;

/** All that happens to a job, in order. After an outcome comes nothing. */
export const zJobEvent = z.discriminatedUnion('kind', [
  /** Jobs before it; 0 is next. Sent again whenever it changes. */
  z.object({ kind: z.literal('queued'), position: z.int().min(0) }),
  /** `attempt` 2 is the one re-run after the engine crashed: steps start again. */
  z.object({ kind: z.literal('started'), attempt: z.int().min(1).max(2) }),
  ...progress,
  ...outcomes,
]);
export type JobEvent = z.infer<typeof zJobEvent>;

export function isOutcome<E extends JobEvent>(event: E): event is Extract<E, JobOutcome> {
  return event.kind === 'finished' || event.kind === 'failed' || event.kind === 'cancelled';
}
