import { z } from 'zod';

import { zDevice } from '../contract/device.ts';
import { type JobRequest, zBlobName, zJobRequest } from '../contract/job-request.ts';
import { parseVersioned } from '../document/versioned.ts';

const zSha256 = z.string().regex(/^[0-9a-f]{64}$/, 'A SHA-256 is 64 hexadecimal digits.');

/**
 * How a picture was made, as it is stored inside the picture: enough to find its inputs in the library, to run it again,
 * and to tell whether the result is the same. No paths, no names of people or machines.
 *
 * It is a format of its own, apart from the reports of the running studio, since files with it outlive every version.
 */
const zRecipe = z.object({
  version: z.literal(1),
  request: zJobRequest,
  app: z.object({ name: z.string().max(100), version: z.string().max(100) }),
  /** The weights: a name for people, and the hash of the package's manifest, which names every file's hash. */
  model: z.object({ name: z.string().max(500), sha256: zSha256 }),
  /** The same seed gives the same pixels on the same kind of device and runtime only. */
  device: z.object({ kind: zDevice, runtime: z.string().max(200) }),
  result: z.object({
    width: z.int().min(1),
    height: z.int().min(1),
    /** Of the pixels, not of the file: see `pixelHash`. */
    pixelsSha256: zSha256,
  }),
  report: z.object({
    totalMs: z.number().min(0),
    /** Codes of what the user was warned about, e.g. that the result had shifted. */
    warnings: z.array(z.string().max(100)).max(100),
  }),
  /** What led to the picture that this request started from, oldest first. Empty when that is unknown or not wanted. */
  ancestors: z
    .array(z.object({ request: zJobRequest, result: zBlobName }))
    .max(256)
    .default([]),
  /** ISO time. */
  madeAt: z.iso.datetime(),
});
export type Recipe = z.infer<typeof zRecipe>;

/**
 * Checks a stored recipe and lifts an old one to this version.
 *
 * @throws AppError `version-too-new`, `stored-value-invalid`
 */
export function parseRecipe(value: unknown): Recipe {
  return parseVersioned(value, { what: 'recipe', schema: zRecipe, steps: [] });
}

/** IPTC's word for where a picture's content comes from (cv.iptc.org, "digitalsourcetype"). */
export type DigitalSourceType = 'trainedAlgorithmicMedia' | 'compositeWithTrainedAlgorithmicMedia';

/** Wholly made by the model, or a mixture with pixels that were there before. */
export function digitalSourceType({ kind }: JobRequest): DigitalSourceType {
  return kind === 'generate' || kind === 'control' ? 'trainedAlgorithmicMedia' : 'compositeWithTrainedAlgorithmicMedia';
}
