import { assertNever } from '#base/assert';
import type { BlobName, JobRequest, Precision } from '#shared/contract/job-request';
import type { Model } from '#shared/contract/studio/models';
import { defaultLimits } from '#shared/contract/model-limits';
import type { Size } from '#shared/document/geometry';
import type { Parameters, PromptState } from '#shared/document/prompt-state';
import type { frameMargins, ChosenTask } from './task.ts';

type ModelLimits = NonNullable<Model['limits']>;

/** What a task takes besides words and numbers: pictures are stored already. */
export interface TaskInputs {
  /** Of a picture that is made from words. */
  readonly size: Size;
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
  { size, image, mask, extend }: TaskInputs,
  chosen: ChosenModel,
): JobRequest[] {
  const { steps, solver, textGuidance, imageGuidance, intent, strength, contextScale, keep } = parameters;
  return Array.from({ length: parameters.count }, (_, index): JobRequest => {
    const seed = (parameters.seed + index) >>> 0;
    const guidance = { textGuidance, imageGuidance, references: [...references] };
    const sampling = { ...chosen, prompt: prompt.trim(), seed, steps, solver, ...guidance };
    const fromPicture = { image: image! };
    switch (task) {
      case 'generate':
        return { kind: task, ...sampling, ...size };
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

/** How large a picture from words will be. As small as the model does well, unless somebody wants another size. */
export function pictureSize({ width, height }: Pick<Parameters, 'width' | 'height'>, model: Model | null): Size {
  const limits = model?.limits ?? defaultLimits;
  return snappedSize({ width: width ?? limits.minSide, height: height ?? limits.minSide }, limits);
}

/** The nearest size that a model can make: sides of its multiple, not below its least side, nor above its area. */
export function snappedSize({ width, height }: Size, { multiple, minSide, maxArea }: ModelLimits): Size {
  const shrink = Math.min(1, Math.sqrt(maxArea / (width * height)));
  const snap = (side: number): number => {
    const nearest = Math.round((side * shrink) / multiple) * multiple;
    return Math.max(Math.ceil(minSide / multiple) * multiple, nearest);
  };
  const size: { width: number; height: number } = { width: snap(width), height: snap(height) };
  // Rounding both sides up may have gone over the area.
  while (size.width * size.height > maxArea) {
    const longer = size.width >= size.height ? 'width' : 'height';
    if (size[longer] - multiple < minSide) break;
    size[longer] -= multiple;
  }
  return size;
}

/** Width to height. */
export const aspects = { '1:1': 1, '4:3': 4 / 3, '3:4': 3 / 4, '16:9': 16 / 9, '9:16': 9 / 16 } as const;
export type Aspect = keyof typeof aspects;
export const aspectNames = Object.keys(aspects) as Aspect[];

/** From the fewest pixels that a model does well with to the most. */
export const scales = ['small', 'medium', 'large'] as const;
export type Scale = (typeof scales)[number];

/** As wide to high as asked, with about as many pixels as the scale says; more where a side would be too short. */
export function sizeOfAspect(aspect: number, scale: Scale, limits: ModelLimits): Size {
  const least = limits.minSide * Math.max(1, 1 / aspect);
  const height = Math.max(least, Math.sqrt(areaOf(scale, limits) / aspect));
  return snappedSize({ width: height * aspect, height }, limits);
}

/** The scale that comes nearest to a size. */
export function scaleOf({ width, height }: Size, limits: ModelLimits): Scale {
  const distance = (scale: Scale): number => {
    const size = sizeOfAspect(width / height, scale, limits);
    return Math.abs(Math.log((width * height) / (size.width * size.height)));
  };
  return scales.toSorted((one, other) => distance(one) - distance(other))[0]!;
}

function areaOf(scale: Scale, { minSide, maxArea }: ModelLimits): number {
  const least = Math.min(minSide ** 2, maxArea);
  return { small: least, medium: Math.sqrt(least * maxArea), large: maxArea }[scale];
}
