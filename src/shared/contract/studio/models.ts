import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { call } from '../call.ts';
import { zPrecision } from '../job-request.ts';
import type { ModelLimits } from '../model-limits.ts';
import { zWireError } from '../wire-error.ts';

/** What job requests call a package: the name of its folder. */
export const zModelId = z.string().min(1).max(255);

const zModelLimits: z.ZodType<ModelLimits> = z.object({
  multiple: z.int().min(1),
  minSide: z.int().min(1),
  maxArea: z.int().min(1),
});

export const zModel = z.object({
  id: zModelId,
  /** For people. */
  title: z.string(),
  /** Comes with the studio, and cannot be removed. */
  isBundled: z.boolean(),
  /** Null when it cannot be used; `problem` says why. */
  precision: zPrecision.nullable(),
  sizeBytes: z.int().min(0),
  /** As its card states it. */
  licence: z.string().nullable(),
  /** What sizes it works well at. */
  limits: zModelLimits.nullable(),
  problem: zWireError.nullable(),
});
export type Model = z.infer<typeof zModel>;

export const zModelTaskId = z.uuid().brand('ModelTaskId');
export type ModelTaskId = z.infer<typeof zModelTaskId>;

/** Something long that is done to a model. It goes on when nobody watches. */
export const zModelTask = z.object({
  id: zModelTaskId,
  kind: z.enum(['pull', 'import', 'verify']),
  /** What is worked on: `owner/name`, a folder's name, a model's title. */
  subject: z.string(),
  state: z.enum(['running', 'finished', 'failed', 'cancelled']),
  phase: z.enum(['list', 'check', 'download', 'wait', 'import', 'verify']).nullable(),
  /** The file at hand. */
  item: z.string(),
  doneBytes: z.int().min(0),
  /** 0 while unknown. */
  totalBytes: z.int().min(0),
  bytesPerSecond: z.number().nullable(),
  timeLeftMs: z.number().nullable(),
  /** Of what it waits for, in phase `wait`. */
  reason: z.string().nullable(),
  /** The model that came of it, or was verified. */
  model: zModelId.nullable(),
  error: zWireError.nullable(),
});
export type ModelTask = z.infer<typeof zModelTask>;

export const zModelsEvent = z.object({
  /** All of both, whenever something changes. The first event comes at once. */
  models: z.array(zModel),
  tasks: z.array(zModelTask),
  /** What `null` in the settings stands for; null when there is no model at all. */
  preferred: zModelId.nullable(),
});
export type ModelsState = z.infer<typeof zModelsEvent>;

const started = z.object({ task: zModelTaskId });

export const modelsContract = {
  list: call.output(z.array(zModel)),
  watch: call.output(eventIterator(zModelsEvent)),
  /** Makes a model of a folder on the host's disk in Hugging Face's layout. */
  import: call
    .input(
      z.object({
        folder: z.string().min(1).max(4096),
        precision: zPrecision,
        /** What to call it; null takes the name of the folder and the precision. */
        name: z.string().max(200).nullable().default(null),
      }),
    )
    .output(started),
  /** Downloads a model from Hugging Face and imports it. An interrupted download goes on where it was. */
  pull: call
    .input(
      z.object({
        /** `owner/name` */
        repo: z.string().min(3).max(200),
        revision: z.string().max(200).nullable().default(null),
        precision: zPrecision,
        /** Keeps the download, to import it again in another precision. */
        keepDownload: z.boolean().default(true),
      }),
    )
    .output(started),
  /** Reads every file of a model and compares it with its checksum. */
  verify: call.input(z.object({ id: zModelId })).output(started),
  cancelTask: call.input(z.object({ id: zModelTaskId })),
  /** Forgets a task that has ended. */
  dismissTask: call.input(z.object({ id: zModelTaskId })),
  /** Deletes a model from the disk. @throws `usage-invalid` for one that comes with the studio */
  remove: call.input(z.object({ id: zModelId })),
};
