import { assert } from '#base/assert';
import { type PixelBox } from '#raster/crop';
import { type ModelLimits } from '#shared/contract/model-limits';
import { recipe } from './recipe.ts';

/**
 * The part of the picture that the model sees. Its sides are multiples of the model's, and it lies within the picture
 * unless the picture is too small for that: then it hangs over, and the picture is mirrored into the overhang.
 */
export interface ContextFrame extends PixelBox {
  /** Model pixels a picture pixel, one number for both axes: 1 unless the frame is too large or the picture small. */
  readonly scale: number;
  readonly modelWidth: number;
  readonly modelHeight: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface ContextWish {
  /** 0–1. */
  readonly strength: number;
  /** ≥ 1, multiplies the padding. */
  readonly contextScale?: number | undefined;
  readonly limits: ModelLimits;
}

interface Context {
  readonly picture: Size;
  /** Bounds of the mask. */
  readonly changed: PixelBox;
  /** How far beyond it the model must see, as far as there is anything. */
  readonly reachPx: number;
  /** How far beyond it the model should see. */
  readonly padPx: number;
  readonly limits: ModelLimits;
}

/**
 * How far around the mask the model should see, in picture pixels. What full strength adds is given only as far as the
 * model can take the frame 1:1: on a large photo sharpness is worth more than yet more surroundings. Who asks for more
 * context gets it all the same.
 */
export function contextPadding(
  picture: Size,
  changed: PixelBox,
  { strength, contextScale = 1, limits }: ContextWish,
): number {
  const { padFraction, padPx, fullStrength } = recipe.context;
  const nearby = padFraction * Math.hypot(changed.width, changed.height) + padPx;
  if (strength < 1) return contextScale * nearby;
  const longest = Math.max(picture.width, picture.height);
  const side = (changed.width + changed.height) / 2;
  const wide = Math.max(longest * fullStrength.pictureFraction, side * fullStrength.sideFraction);
  const room = (Math.sqrt(limits.maxArea) - Math.max(changed.width, changed.height)) / 2 - nearby;
  return contextScale * (nearby + Math.min(wide, Math.max(0, room)));
}

/** The frame around a changed region: as large as wanted, grown to the model's grid, shifted to stay in the picture. */
export function planContextFrame({ picture, changed, reachPx, padPx, limits }: Context): ContextFrame {
  const { multiple, minSide } = limits;
  const axis = (start: number, size: number, available: number) => {
    const first = Math.max(0, Math.floor(start - reachPx));
    const needed = { first, size: Math.min(available, Math.ceil(start + size + reachPx)) - first };
    const wanted = Math.min(available, Math.max(minSide, needed.size, Math.ceil(size + 2 * padPx)));
    return { centre: start + size / 2, available, needed, tiles: tilesOf(wanted, needed.size, available, multiple) };
  };
  const across = axis(changed.x, changed.width, picture.width);
  const down = axis(changed.y, changed.height, picture.height);
  const { width, height, scale } = fitToModel({ width: across.tiles, height: down.tiles }, picture, limits);
  return {
    x: placeAxis(across, width),
    y: placeAxis(down, height),
    width,
    height,
    scale,
    modelWidth: Math.round(width * scale),
    modelHeight: Math.round(height * scale),
  };
}

/** The frame of a whole picture, for edits without a mask. */
export function planWholeFrame(picture: Size, limits: ModelLimits): ContextFrame {
  return planContextFrame({ picture, changed: { x: 0, y: 0, ...picture }, reachPx: 0, padPx: 0, limits });
}

/** The part of the frame that is picture and not overhang. */
export function frameWithin(frame: PixelBox, picture: Size): PixelBox {
  const x = Math.max(0, frame.x);
  const y = Math.max(0, frame.y);
  const width = Math.min(picture.width, frame.x + frame.width) - x;
  const height = Math.min(picture.height, frame.y + frame.height) - y;
  return { x, y, width, height };
}

/**
 * Side in tiles: what is wanted, rounded up; if that is more than the picture has, rounded down as long as everything
 * that may change stays inside; else an overhang.
 */
function tilesOf(wanted: number, needed: number, available: number, tile: number): number {
  const up = Math.ceil(wanted / tile);
  if (up * tile <= available) return up;
  const down = Math.floor(available / tile);
  return down * tile >= needed ? down : up;
}

/**
 * Frame and scale for a crop of at least so many tiles. One factor for both axes, with both sides multiples of the tile
 * before *and* after scaling, so that nothing is ever stretched: the factor is a fraction k/g, and the frame's sides in
 * tiles are multiples of g. Of all fractions the one that shows the region largest is taken; hanging over the picture
 * counts as a tenth less.
 */
function fitToModel(tiles: Size, picture: Size, { multiple, minSide, maxArea }: ModelLimits): Size & { scale: number } {
  const maxTiles = maxArea / multiple ** 2;
  assert(maxTiles >= 1, 'a model can take at least one tile');
  let best = { width: 0, height: 0, scale: 0 };
  let bestScore = 0;
  for (let g = 1; g <= Math.max(tiles.width, tiles.height); g++) {
    const across = Math.ceil(tiles.width / g);
    const down = Math.ceil(tiles.height / g);
    const k = Math.min(g, Math.floor(Math.sqrt(maxTiles / (across * down))));
    const width = across * g * multiple;
    const height = down * g * multiple;
    const inside = width <= picture.width && height <= picture.height;
    const score = (k / g) * (inside ? 1 : 0.9);
    if (score > bestScore) {
      bestScore = score;
      best = { width, height, scale: k / g };
    }
    if (k === g) break;
  }
  if (best.scale < 1) return best;
  return { ...best, scale: enlargement(best.width * best.height, minSide ** 2, maxArea) };
}

/** The smallest whole factor that brings an area to at least `minArea` without exceeding `maxArea`. */
function enlargement(area: number, minArea: number, maxArea: number): number {
  const wanted = Math.ceil(Math.sqrt(minArea / area));
  const possible = Math.floor(Math.sqrt(maxArea / area));
  return Math.max(1, Math.min(wanted, possible));
}

/** Start of the frame: centred on the region, shifted to hold all that it must and to stay in the picture. */
function placeAxis(
  { centre, needed, available }: { centre: number; needed: { first: number; size: number }; available: number },
  size: number,
): number {
  if (size >= available) return Math.floor((available - size) / 2);
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const holding = clamp(Math.round(centre - size / 2), needed.first + needed.size - size, needed.first);
  return clamp(holding, 0, available - size);
}
