import { crop } from '#raster/crop';
import type { Raster } from '#raster/raster';
import { createRng } from '../random.ts';
import { planSample } from '../samples/plan-sample.ts';
import { changedMask, renderHole, renderPicture } from '../samples/render-picture.ts';
import {
  type EditPlan,
  type GenerationPlan,
  type LanguagePlan,
  type SampleFamily,
  type SampleKind,
  type SamplePlan,
  type Turn,
  type UnderstandingPlan,
  familyOf,
} from '../samples/sample-plan.ts';
import type { Curriculum } from '../scene/curriculum.ts';
import { renderScene } from '../scene/render-scene.ts';
import type { Scene } from '../scene/scene.ts';
import type { SpriteSheet } from '../sprites/sprite-sheet.ts';

/** Everything that decides the batches of a stream: plain data, so that a recipe can hold it and a thread receive it. */
export interface BatchSpec {
  readonly seed: number;
  /** Relative frequency of each kind of sample. */
  readonly mix: Readonly<Partial<Record<SampleKind, number>>>;
  readonly curriculum: Curriculum;
  readonly batchSize: number;
  /** Sizes in pixels by frequency; all pictures of a batch have the same. */
  readonly sizes: readonly PictureSize[];
  /**
   * Cuts a random square of so many pixels out of every picture, the same out of an edit's source, target and mask: a
   * VAE learns from little windows, in a fraction of the time.
   */
  readonly cropSide?: number;
  /** Part of the samples that are in Chinese; 0.35 unless told. */
  readonly chineseShare?: number;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly weight?: number;
}

/** Samples of one family, and so of the same parts; their kinds are mixed as the spec says. */
export type Batch = LanguageBatch | UnderstandingBatch | GenerationBatch | EditBatch;

interface BatchHead<Family extends SampleFamily> {
  readonly family: Family;
  /** Its place in the stream. */
  readonly index: number;
  /** One a sample, for losses by kind. */
  readonly kinds: readonly SampleKind[];
}

export interface LanguageBatch extends BatchHead<'language'> {
  readonly dialogues: readonly (readonly Turn[])[];
}

export interface UnderstandingBatch extends BatchHead<'understanding'> {
  readonly pictures: PictureStack;
  /** What the pictures show. */
  readonly scenes: readonly Scene[];
  readonly dialogues: readonly (readonly Turn[])[];
}

export interface GenerationBatch extends BatchHead<'generation'> {
  readonly prompts: readonly string[];
  readonly targets: PictureStack;
  /** What the targets show. */
  readonly scenes: readonly Scene[];
}

export interface EditBatch extends BatchHead<'edit'> {
  readonly instructions: readonly string[];
  readonly sources: PictureStack;
  readonly targets: PictureStack;
  /** One channel: 255 where the target may differ from the source; the hole of in- and outpainting, softly edged. */
  readonly masks: PictureStack;
  /** What the targets show. */
  readonly scenes: readonly Scene[];
}

/** Pictures of one size, one after the other: [count, height, width, channels], 8 bits a channel. */
export interface PictureStack {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Batch `index` of a stream: the same spec and index give the same bytes, wherever and whenever it is made. */
export function makeBatch(spec: BatchSpec, sheet: SpriteSheet, index: number): Batch {
  const { mix, batchSize, sizes } = spec;
  const rng = createRng(spec.seed, 'batch', index);
  // A batch's family is drawn by the weight of all its kinds, so that over many batches each kind gets its part.
  const family = familyOf(rng.weighted(mix));
  const kinds = Object.fromEntries(Object.entries(mix).filter(([kind]) => familyOf(kind as SampleKind) === family));
  const size =
    sizes[Number(rng.weighted(Object.fromEntries(sizes.map(({ weight = 1 }, at) => [String(at), weight]))))]!;
  const side = Math.min(size.width, size.height);
  const plans = Array.from({ length: batchSize }, (_, position) => {
    const sample = createRng(spec.seed, 'sample', index * batchSize + position);
    return planSample(sample, {
      kind: sample.weighted<SampleKind>(kinds),
      curriculum: spec.curriculum,
      frame: { width: size.width / side, height: size.height / side },
      split: 'training',
      ...(spec.chineseShare !== undefined && { chineseShare: spec.chineseShare }),
    });
  });
  const window = cropWindows(spec, index, size);
  return drawBatch(plans, { family, index, sheet, side, window });
}

/** What is kept of sample `position`'s pictures. */
type CropWindow = (picture: Raster, position: number) => Raster;

function cropWindows(
  { seed, batchSize, cropSide }: BatchSpec,
  index: number,
  { width, height }: PictureSize,
): CropWindow {
  if (cropSide === undefined) return (picture) => picture;
  return (picture, position) => {
    const rng = createRng(seed, 'crop', index * batchSize + position);
    const [x, y] = [rng.below(width - cropSide + 1), rng.below(height - cropSide + 1)];
    return crop(picture, { x, y, width: cropSide, height: cropSide });
  };
}

interface Drawing {
  readonly family: SampleFamily;
  readonly index: number;
  readonly sheet: SpriteSheet;
  /** Pixels of the shorter side. */
  readonly side: number;
  readonly window: CropWindow;
}

/** The pixels of some plans of one family. */
function drawBatch(plans: readonly SamplePlan[], { family, index, sheet, side, window }: Drawing): Batch {
  const draw = (scenes: readonly Scene[]) => stack(scenes.map((scene) => renderScene(scene, sheet, side)).map(window));
  const kinds = plans.map(({ kind }) => kind);
  switch (family) {
    case 'language': {
      const written = plans as readonly LanguagePlan[];
      return { family, index, kinds, dialogues: written.map(({ turns }) => turns) };
    }
    case 'understanding': {
      const shown = plans as readonly UnderstandingPlan[];
      const scenes = shown.map(({ picture }) => picture);
      return { family, index, kinds, pictures: draw(scenes), scenes, dialogues: shown.map(({ turns }) => turns) };
    }
    case 'generation': {
      const wanted = plans as readonly GenerationPlan[];
      const scenes = wanted.map(({ target }) => target);
      return { family, index, kinds, prompts: wanted.map(({ prompt }) => prompt), targets: draw(scenes), scenes };
    }
    case 'edit': {
      const edits = (plans as readonly EditPlan[]).map((plan) => drawEdit(plan, sheet, side));
      return {
        family,
        index,
        kinds,
        instructions: (plans as readonly EditPlan[]).map(({ instruction }) => instruction),
        sources: stack(edits.map(({ source }) => source).map(window)),
        targets: stack(edits.map(({ target }) => target).map(window)),
        masks: stack(edits.map(({ mask }) => mask).map(window)),
        scenes: (plans as readonly EditPlan[]).map(({ target }) => target),
      };
    }
  }
}

/** An edit's pictures; the mask is the hole where there is one, else every pixel that differs. */
export function drawEdit(
  plan: EditPlan,
  sheet: SpriteSheet,
  side: number,
): { source: Raster; target: Raster; mask: Raster } {
  const source = renderPicture(plan.source, sheet, side);
  const target = renderScene(plan.target, sheet, side);
  const mask = plan.source.kind === 'holed' ? renderHole(plan.source, sheet, side) : changedMask(source, target);
  return { source, target, mask };
}

/** The memory that a batch can hand to another thread. */
export function transferables(batch: Batch): ArrayBuffer[] {
  switch (batch.family) {
    case 'language':
      return [];
    case 'understanding':
      return [batch.pictures.data.buffer];
    case 'generation':
      return [batch.targets.data.buffer];
    case 'edit':
      return [batch.sources.data.buffer, batch.targets.data.buffer, batch.masks.data.buffer];
  }
}

/** The numbers a model takes: [count, channels, height, width], 0..255 mapped to `low`..`high`. */
export function planarFloats(pictures: PictureStack, [low, high]: readonly [number, number] = [-1, 1]): Float32Array {
  const { count, width, height, channels, data } = pictures;
  const area = width * height;
  const scale = (high - low) / 255;
  const result = new Float32Array(data.length);
  for (let picture = 0; picture < count; picture++) {
    const start = picture * area * channels;
    for (let channel = 0; channel < channels; channel++) {
      const plane = start + channel * area;
      for (let pixel = 0; pixel < area; pixel++) {
        result[plane + pixel] = data[start + pixel * channels + channel]! * scale + low;
      }
    }
  }
  return result;
}

function stack(pictures: readonly Raster[]): PictureStack {
  const { width, height, channels } = pictures[0]!;
  const data = new Uint8Array(pictures.length * width * height * channels);
  for (const [index, picture] of pictures.entries()) data.set(picture.data, index * picture.data.length);
  return { count: pictures.length, width, height, channels: channels === 1 ? 1 : 3, data };
}
