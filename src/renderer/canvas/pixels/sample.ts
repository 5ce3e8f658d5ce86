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

/** The level whose pixels are nearest to the target's from below: never fewer than the target has, never twice as many. */
function levelOf({ a, b, c, d }: Transform): number {
  const step = Math.max(Math.hypot(a, b), Math.hypot(c, d));
  return step < 2 ? 0 : Math.floor(Math.log2(step));
}
