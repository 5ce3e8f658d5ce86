import { gaussianBlur } from '#raster/gaussian-blur';
import { mapPlanes, planesOfRaster, rasterOfPlanes } from '#raster/plane';
import type { Raster } from '#raster/raster';
import { type Rng, createRng } from './random.ts';
import type { Curriculum } from './scene/curriculum.ts';
import { colorOf } from './scene/facts.ts';
import { renderMasks, renderScene } from './scene/render-scene.ts';
import { sampleScene } from './scene/sample-scene.ts';
import { type PlacedSprite, type Scene, squareFrame } from './scene/scene.ts';
import type { SpriteSheet } from './sprites/sprite-sheet.ts';
import type { ColorId } from './vocabulary/colors.ts';
import type { StyleId } from './vocabulary/styles.ts';

/**
 * What the evaluation's judge learns from: pictures with the truth about what is where. Its scenes are drawn from the
 * whole vocabulary *including* held-out combinations, since it must recognise them, and from a seed space of its own.
 */
export interface LabelledPicture {
  readonly picture: Raster;
  readonly style: StyleId;
  readonly boxes: readonly LabelledBox[];
}

/** In pixels; a sprite that is mostly covered has no box. */
export interface LabelledBox {
  readonly object: string;
  /** The colour it is painted in or known by; null where it has no name. */
  readonly color: ColorId | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A square cut around one sprite; without one for the judge to learn what nothing looks like. */
export interface LabelledCrop {
  readonly picture: Raster;
  readonly style: StyleId;
  readonly object: string | null;
  readonly color: ColorId | null;
}

export interface JudgeDataOptions {
  readonly seed: number;
  readonly curriculum: Curriculum;
  readonly sheet: SpriteSheet;
  /** Pixels along a side. */
  readonly size: number;
  /** How much the pictures are spoiled, 0..1, as a generator's would be: blur, noise, light. */
  readonly damage?: number;
}

/** Picture `index` of an endless, reproducible series. */
export function labelledPicture(options: JudgeDataOptions, index: number): LabelledPicture {
  const { seed, curriculum, sheet, size, damage = 0 } = options;
  const rng = createRng(seed, 'judge', 'picture', index);
  const scene = sampleScene(rng, curriculum);
  return {
    picture: damaged(rng, renderScene(scene, sheet, size), damage),
    style: scene.style,
    boxes: visibleBoxes(scene, sheet, size),
  };
}

/** Crop `index` of an endless, reproducible series; one in ten shows only ground. */
export function labelledCrop(options: JudgeDataOptions, index: number): LabelledCrop {
  const { seed, curriculum, sheet, size, damage = 0 } = options;
  const rng = createRng(seed, 'judge', 'crop', index);
  const scene = sampleScene(rng, curriculum, { labelled: false });
  const sprite = rng.pick(scene.sprites);
  if (rng.chance(0.1)) {
    const bare = { ...scene, sprites: [] };
    return {
      picture: damaged(rng, renderScene(bare, sheet, size), damage),
      style: scene.style,
      object: null,
      color: null,
    };
  }
  // The scene seen through a square window around the sprite, loosely.
  const side = sprite.size * rng.between(0.95, 1.35);
  const shift = () => rng.between(-0.08, 0.08) * sprite.size;
  const window = { x: sprite.x - side / 2 + shift(), y: sprite.y - side / 2 + shift(), side };
  const picture = damaged(rng, renderScene(windowed(scene, window), sheet, size), damage);
  return { picture, style: scene.style, object: sprite.object, color: colorOf(sprite, scene.style) };
}

/** The boxes around what is visible of each sprite, if that is at least a third of it. */
export function visibleBoxes(scene: Scene, sheet: SpriteSheet, size: number): LabelledBox[] {
  const masks = renderMasks(scene, sheet, size);
  return scene.sprites.flatMap((sprite, index) => {
    const box = boundsOf(masks[index]!);
    if (!box || box.sum < fullArea(sprite, scene, sheet, size) / 3) return [];
    const { x, y, width, height } = box;
    return [{ object: sprite.object, color: colorOf(sprite, scene.style), x, y, width, height }];
  });
}

function fullArea(sprite: PlacedSprite, scene: Scene, sheet: SpriteSheet, size: number): number {
  const [mask] = renderMasks({ ...scene, sprites: [sprite] }, sheet, size);
  return mask!.data.reduce((sum, value) => sum + value, 0);
}

function boundsOf({ width, data }: Raster) {
  let [left, top, right, bottom, sum] = [width, data.length / width, 0, 0, 0];
  for (const [index, value] of data.entries()) {
    sum += value;
    if (value < 64) continue;
    const x = index % width;
    const y = Math.floor(index / width);
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return right > left ? { x: left, y: top, width: right - left, height: bottom - top, sum } : undefined;
}

/** The scene as a square window of it shows it. */
function windowed(scene: Scene, { x, y, side }: { x: number; y: number; side: number }): Scene {
  const sprites = scene.sprites.map((sprite) => {
    const { rotation, flipped, object, paint } = sprite;
    const seen = {
      object,
      rotation,
      flipped,
      x: (sprite.x - x) / side,
      y: (sprite.y - y) / side,
      size: sprite.size / side,
    };
    return paint ? Object.assign(seen, { paint }) : seen;
  });
  const { background } = scene;
  const enlarged = 'period' in background ? { ...background, period: background.period / side } : background;
  return { frame: squareFrame, style: scene.style, background: enlarged, sprites };
}

function damaged(rng: Rng, picture: Raster, damage: number): Raster {
  if (damage === 0) return picture;
  const sigma = rng.between(0, 1.6 * damage);
  const grain = rng.between(0, 14 * damage);
  const light = rng.between(-14, 14) * damage;
  const planes = mapPlanes(planesOfRaster(picture), (plane) => {
    const blurred = gaussianBlur(plane, sigma);
    return { ...blurred, data: blurred.data.map((value) => value + light + grain * rng.normal()) };
  });
  return rasterOfPlanes(planes);
}
