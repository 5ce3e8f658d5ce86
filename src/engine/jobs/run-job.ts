import type { Raster } from '#raster/raster';
import type { DeviceReport } from '#shared/contract/device';
import type { Composition, JobWarning, Phase } from '#shared/contract/job-events';
import type { BlobName, JobRequest } from '#shared/contract/job-request';
import type { Rect } from '#shared/document/geometry';

/** A job as pipelines see it: everything it needs is in it. */
export interface Job<R extends JobRequest = JobRequest> {
  readonly request: R;
  /** Every blob that the request names. */
  readonly inputs: ReadonlyMap<BlobName, Raster>;
  readonly modelFolder: string;
  /** For what is made of a model and can be made again. */
  readonly cacheFolder?: string;
  readonly device: DeviceReport;
}

/** What a pipeline tells on its way; how long it took and will take is measured from these. */
export type PipelineEvent =
  | { readonly kind: 'phase'; readonly name: Phase }
  /** Where on the picture the previews of the steps to come belong, and what is around all that may change. */
  | { readonly kind: 'region'; readonly rect: Rect; readonly changes: Rect }
  /** `step` of `steps` is done, counted from 1. A job of several passes starts again at 1. */
  | { readonly kind: 'step'; readonly step: number; readonly steps: number; readonly preview: Raster | null }
  | { readonly kind: 'text'; readonly delta: string };

export interface JobResult {
  readonly pictures: readonly Raster[];
  /** How the picture was laid over the one it was made from; null when it was not made from one. */
  readonly composition: Composition | null;
  /** The whole answer of a job that describes; empty otherwise. */
  readonly text: string;
  readonly warnings: readonly JobWarning[];
}

export interface RunOptions {
  /** Looked at between steps: the job then throws `cancelled`. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: PipelineEvent) => void;
}

/** The one thing pipelines do. Rejects with an `AppError`. */
export type RunJob = (job: Job, options: RunOptions) => Promise<JobResult>;
