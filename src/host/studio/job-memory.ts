import { totalmem } from 'node:os';

import { AppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';
import type { BlobName, JobRequest } from '#shared/contract/job-request';
import type { Estimate, EstimateQuery } from '#shared/contract/studio/estimates';
import { imageSize } from '../images/image-size.ts';

interface Estimating {
  readonly blobs: { read(name: BlobName): Promise<Uint8Array> };
  readonly estimate: (query: EstimateQuery) => Promise<Estimate>;
}

/** @throws AppError `job-too-large` for a job that this machine's memory cannot hold, before anything is loaded for it */
export async function refuseTooLarge(request: JobRequest, { blobs, estimate }: Estimating): Promise<void> {
  const { fits, memoryBytes, availableBytes } = await estimate(await queryOf(request, blobs));
  if (fits !== 'no') return;
  const [needed, available] = [formatBytes(memoryBytes), formatBytes(availableBytes)];
  throw new AppError(
    'job-too-large',
    `This needs about ${needed} of memory, and ${available} can be had: choose a smaller size, or a model in a smaller precision.`,
    { data: { memoryBytes, availableBytes } },
  );
}

/**
 * What the engine may come to hold. Of what it holds already it can let go. On a Mac the memory that counts as free is far
 * less than what the system clears when somebody asks for it.
 */
export function availableMemory(heldBytes: number): number {
  const total = totalmem();
  const free = process.platform === 'darwin' ? total * 0.75 : process.availableMemory();
  return Math.min(total, free + heldBytes);
}

async function queryOf(request: JobRequest, blobs: Estimating['blobs']): Promise<EstimateQuery> {
  const { kind, model, precision } = request;
  const common = { kind, model, precision, count: 1 };
  // What is looked at is scaled to about the same size, whatever it was.
  if (request.kind === 'describe') return { ...common, width: 448, height: 448, steps: request.maxTokens };
  const { steps } = request;
  if (request.kind === 'generate') return { ...common, width: request.width, height: request.height, steps };
  const { width, height } = await imageSize(await blobs.read(request.image));
  if (request.kind !== 'outpaint') return { ...common, width, height, steps };
  const { left, top, right, bottom } = request.extend;
  return { ...common, width: width + left + right, height: height + top + bottom, steps };
}
