import type { Point, Rect, Transform } from '#shared/document/geometry';
import { tileSide, tilesTouching, type TileKey } from '#shared/document/tile-index';
import { emptyRect, tileRect } from './surface.ts';

/**
 * How much of each pixel a stroke covers so far, 0 to 1, in the coordinates of the layer it is on. Floating point, so
 * that a hundred faint dabs add up without steps.
 */
export type Coverage = Map<TileKey, Float32Array>;

/** One print of a brush, in the coordinates of the layer it falls on. */
export interface Stamp {
  readonly centre: Point;
  /** Radius in the units that `toRound` maps to. */
  readonly radius: number;
  /** The linear part of the map to where the brush is round: on a stretched layer a round brush is an ellipse. */
  readonly toRound: Pick<Transform, 'a' | 'b' | 'c' | 'd'>;
  readonly hardness: number;
  readonly strength: number;
  /** `cover` takes the larger of old and new, so that a stroke is even; `build` adds to what is there. */
  readonly mode: 'cover' | 'build';
}

/** Steps of the look-up table over the square of the distance. */
const tableLength = 2048;

/** Prints a stamp and returns the rectangle it touched. */
export function stamp(coverage: Coverage, { centre, radius, toRound, hardness, strength, mode }: Stamp): Rect {
  const falloff = falloffOf(radius, hardness);
  const { a, b, c, d } = toRound;
  // Squared distance in units of the outer radius: xx·dx² + 2·xy·dx·dy + yy·dy².
  const unit = 1 / (falloff.outer * falloff.outer);
  const xx = (a * a + b * b) * unit;
  const xy = (a * c + b * d) * unit;
  const yy = (c * c + d * d) * unit;
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 0)) return emptyRect;
  const halfWidth = Math.sqrt(yy / determinant);
  const halfHeight = Math.sqrt(xx / determinant);
  const x = Math.floor(centre.x - halfWidth);
  const y = Math.floor(centre.y - halfHeight);
  const bounds: Rect = {
    x,
    y,
    width: Math.ceil(centre.x + halfWidth) - x,
    height: Math.ceil(centre.y + halfHeight) - y,
  };
  const { table } = falloff;
  for (const key of tilesTouching(bounds)) {
    let tile = coverage.get(key);
    if (!tile) coverage.set(key, (tile = new Float32Array(tileSide * tileSide)));
    const { x: tileX, y: tileY } = tileRect(key);
    const left = Math.max(bounds.x, tileX);
    const right = Math.min(bounds.x + bounds.width, tileX + tileSide);
    const bottom = Math.min(bounds.y + bounds.height, tileY + tileSide);
    for (let row = Math.max(bounds.y, tileY); row < bottom; row++) {
      const dy = row + 0.5 - centre.y;
      let i = (row - tileY) * tileSide + left - tileX;
      for (let column = left; column < right; column++, i++) {
        const dx = column + 0.5 - centre.x;
        const distance = xx * dx * dx + 2 * xy * dx * dy + yy * dy * dy;
        if (distance >= 1) continue;
        const amount = table[(distance * tableLength) | 0]! * strength;
        const old = tile[i]!;
        if (mode === 'build') tile[i] = old + amount * (1 - old);
        else if (amount > old) tile[i] = amount;
      }
    }
  }
  return bounds;
}

interface Falloff {
  /** Where coverage has come down to 0. */
  readonly outer: number;
  /** Coverage over the square of the distance, from the centre to `outer`. */
  readonly table: Float32Array;
}

let lastFalloff: (Falloff & { radius: number; hardness: number }) | undefined;

/**
 * Full up to `hardness` of the radius, then down in an S. The slope is never steeper than one pixel, which smooths the
 * edge of a hard brush; a brush smaller than a pixel fades instead of breaking up.
 */
function falloffOf(radius: number, hardness: number): Falloff {
  if (lastFalloff?.radius === radius && lastFalloff.hardness === hardness) return lastFalloff;
  const inner = Math.max(0, Math.min(radius * hardness, radius - 0.5));
  const outer = Math.max(radius, inner + 1, 0.75);
  const peak = Math.min(1, 2 * radius);
  const table = new Float32Array(tableLength + 1);
  for (let i = 0; i <= tableLength; i++) {
    const distance = Math.sqrt((i + 0.5) / tableLength) * outer;
    const t = Math.min(1, Math.max(0, (distance - inner) / (outer - inner)));
    table[i] = peak * (1 - t * t * (3 - 2 * t));
  }
  lastFalloff = { radius, hardness, outer, table };
  return lastFalloff;
}
