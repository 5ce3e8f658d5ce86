import { z } from 'zod';

import { call } from '../call.ts';
import { zPrecision } from '../job-request.ts';
import { zModelId } from './models.ts';

/** What time and memory depend on. */
export const zEstimateQuery = z.object({
  kind: z.enum(['generate', 'edit', 'inpaint', 'outpaint', 'control', 'describe']),
  model: zModelId,
  precision: zPrecision,
  /** Of the picture the model makes; for `describe`, of what it looks at. */
  width: z.int().min(1),
  height: z.int().min(1),
  /** For `describe`, words of the answer. */
  steps: z.int().min(1),
  count: z.int().min(1).default(1),
});
export type EstimateQuery = z.infer<typeof zEstimateQuery>;

export const zEstimate = z.object({
  /** From jobs that ran on this machine with this model and device; null before there was one. */
  timeMs: z.number().min(0).nullable(),
  /** Whether jobs of about this size were measured, or the time is scaled from other sizes. */
  basis: z.enum(['measured', 'scaled', 'none']),
  /** The most the engine is likely to hold: as measured with jobs of at least this size, else from the model's files. */
  memoryBytes: z.int().min(0),
  /** What this machine can give it now. */
  availableBytes: z.int().min(0),
  /** Whether that is enough. `no` is refused with `job-too-large`. */
  fits: z.enum(['yes', 'unsure', 'no']),
});
export type Estimate = z.infer<typeof zEstimate>;

export const estimatesContract = {
  of: call.input(zEstimateQuery).output(zEstimate),
};
