import { assertNever } from '#base/assert';
import type { BlobName, JobRequest, Precision } from '#shared/contract/job-request';
import type { Model } from '#shared/contract/studio/models';
import type { PromptState } from '#shared/document/prompt-state';
import type { frameMargins, ChosenTask } from './task.ts';

type ModelLimits = NonNullable<Model['limits']>;

/** What a task takes from the canvas, stored already. */
export interface TaskInputs {
  readonly image: BlobName | null;
  readonly mask: BlobName | null;
  readonly extend: ReturnType<typeof frameMargins>;
}

/** Which weights are used. */
export interface ChosenModel {
  readonly model: string;
  readonly precision: Precision;
}

/**
 * The jobs that a task makes of the prompt bar: one for each candidate, with seeds that follow one another.
 *
 * @param inputs what the task needs must be there; see `obstacleTo`
 */
export function requestsOf(
  task: Exclude<ChosenTask, 'describe'>,
  { prompt, references, control, parameters }: PromptState,
  { image, mask, extend }: TaskInputs,
  chosen: ChosenModel,
): JobRequest[] {
  const { steps, solver, textGuidance, imageGuidance, intent, strength, contextScale, keep } = parameters;
  return Array.from({ length: parameters.count }, (_, index): JobRequest => {
    const seed = (parameters.seed + index) >>> 0;
    const guidance = { textGuidance, imageGuidance, references: [...references] };
    const sampling = { ...chosen, prompt: prompt.trim(), seed, steps, solver, ...guidance };
    const { width, height } = parameters;
    const fromPicture = { image: image! };
    switch (task) {
      case 'generate':
        return { kind: task, ...sampling, width, height };
      case 'edit':
        return { kind: task, ...sampling, ...fromPicture, keep };
      case 'inpaint':
        return { kind: task, ...sampling, ...fromPicture, mask: mask!, intent, strength, contextScale };
      case 'outpaint':
        return { kind: task, ...sampling, ...fromPicture, extend: extend! };
      case 'control':
        return { kind: task, ...sampling, ...fromPicture, map: control?.map ?? 'canny' };
      default:
        return assertNever(task);
    }
  });
}

/** The nearest size that a model can make: sides of its multiple, not below its least side, nor above its area. */
export function snappedSize(
  { width, height }: { readonly width: number; readonly height: number },
  { multiple, minSide, maxArea }: ModelLimits,
): { width: number; height: number } {
  const shrink = Math.min(1, Math.sqrt(maxArea / (width * height)));
  const snap = (side: number): number => {
    const nearest = Math.round((side * shrink) / multiple) * multiple;
    return Math.max(Math.ceil(minSide / multiple) * multiple, nearest);
  };
  const size = { width: snap(width), height: snap(height) };
  // Rounding both sides up may have gone over the area.
  while (size.width * size.height > maxArea) {
    const longer = size.width >= size.height ? 'width' : 'height';
    if (size[longer] - multiple < minSide) break;
    size[longer] -= multiple;
  }
  return size;
}

/** As wide to high as asked, with about as many pixels as the model likes best. */
export function sizeOfAspect(aspect: number, limits: ModelLimits): { width: number; height: number } {
  const height = Math.sqrt(limits.maxArea / aspect);
  return snappedSize({ width: height * aspect, height }, limits);
}
