import {
  compose,
  intersectRect,
  isEmptyRect,
  isWholePixelMove,
  scaling,
  transformedBounds,
  type Rect,
  type Transform,
} from '#shared/document/geometry';
import { bicubic, bilinear, bilinearMask } from './interpolate.ts';
import { readLevel, readLevelFresh } from './pyramid.ts';
import { boundsOf, createBlock, grown, type Block, type Surface } from './surface.ts';

/** `bicubic` keeps edges crisper (Catmull-Rom), `bilinear` is what the view uses while things move. */
export type Interpolation = 'bilinear' | 'bicubic';

export interface SampleOptions {
  readonly interpolation?: Interpolation;
  /** The surface's tiles are being written to: nothing about them may be remembered. */
  readonly isLive?: boolean;
}

/**
 * What a surface looks like through an affine map: the pixels of `rect`, each taken from where `toSource` puts its
 * centre. Where the map shrinks, a smaller copy of the surface is sampled, so that nothing is skipped. Beyond its pixels
 * a surface is transparent. Whole-pixel moves copy bytes.
 */
export function sampleSurface(
  surface: Surface,
  toSource: Transform,
  rect: Rect,
  { interpolation = 'bilinear', isLive = false }: SampleOptions = {},
): Block {
  const repeats = repeatsFor(toSource);
  if (repeats.x > 1 || repeats.y > 1) {
    const finer = compose(toSource, scaling(1 / repeats.x, 1 / repeats.y));
    const spread = transformedBounds(scaling(repeats.x, repeats.y), rect);
    return averaged(sampleSurface(surface, finer, spread, { interpolation, isLive }), repeats);
  }
  const read = isLive ? readLevelFresh : readLevel;
  const level = levelOf(toSource);
  const shrink = scaling(1 / 2 ** level, 1 / 2 ** level);
  const toLevel = compose(shrink, toSource);
  if (isWholePixelMove(toLevel)) {
    const block = read(surface, level, { ...rect, x: rect.x + toLevel.e, y: rect.y + toLevel.f });
    return { ...block, x: rect.x, y: rect.y };
  }
  const target = createBlock(rect, surface.channels);
  // Two more pixels all round: the reach of the bicubic kernel.
  const reach = grown(transformedBounds(toLevel, rect), 2);
  if (isEmptyRect(intersectRect(transformedBounds(shrink, boundsOf(surface)), reach))) return target;
  const source = read(surface, level, reach);
  const interpolate = surface.channels === 1 ? bilinearMask : interpolation === 'bicubic' ? bicubic : bilinear;
  interpolate(target, toLevel, source);
  return target;
}

interface Repeats {
  readonly x: number;
  readonly y: number;
}

/**
 * How many points to take for each pixel across and down, where a map shrinks one way more than the other: a smaller copy
 * that is right for one of them would be too coarse for the other, or too fine.
 */
function repeatsFor({ a, b, c, d }: Transform): Repeats {
  const across = Math.max(1, Math.hypot(a, b));
  const down = Math.max(1, Math.hypot(c, d));
  const times = (one: number, other: number): number => Math.min(mostRepeats, Math.round(one / other));
  return across > down ? { x: times(across, down), y: 1 } : { x: 1, y: times(down, across) };
}

const mostRepeats = 8;

/** The mean of several points for each pixel, colours weighed by their alpha. */
function averaged(points: Block, { x, y }: Repeats): Block {
  const { channels } = points;
  const block = createBlock(
    { x: points.x / x, y: points.y / y, width: points.width / x, height: points.height / y },
    channels,
  );
  const sums = new Float64Array(channels);
  for (let row = 0, to = 0; row < block.height; row++) {
    for (let column = 0; column < block.width; column++, to += channels) {
      sums.fill(0);
      for (let i = 0; i < x * y; i++) {
        const at = ((row * y + Math.floor(i / x)) * points.width + column * x + (i % x)) * channels;
        const weight = channels === 4 ? points.data[at + 3]! : 1;
        for (let c = 0; c < channels - 1; c++) sums[c] = sums[c]! + points.data[at + c]! * weight;
        sums[channels - 1] = sums[channels - 1]! + points.data[at + channels - 1]!;
      }
      const total = sums[channels - 1]!;
      if (total === 0) continue;
      for (let c = 0; c < channels - 1; c++) block.data[to + c] = sums[c]! / total + 0.5;
      block.data[to + channels - 1] = total / (x * y) + 0.5;
    }
  }
  return block;
}

/** The level whose pixels are nearest to the target's from below: never fewer than the target has, never twice as many. */
function levelOf({ a, b, c, d }: Transform): number {
  const step = Math.max(Math.hypot(a, b), Math.hypot(c, d));
  return step < 2 ? 0 : Math.floor(Math.log2(step));
}
