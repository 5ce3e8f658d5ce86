import { blendOver } from '#raster/blend';
import {
  intersectRect,
  isEmptyRect,
  isWholePixelMove,
  transformedBounds,
  type Rect,
  type Transform,
} from '#shared/document/geometry';
import { tilesTouching, type TileKey } from '#shared/document/tile-index';
import { sampleSurface } from './sample.ts';
import { boundsOf, emptySurface, grown, mutableTile, tileRect, withTiles, type Surface, type Tile } from './surface.ts';

/** Pixels somewhere else: how to get there from where they are needed, and back. */
export interface Placed {
  readonly surface: Surface;
  readonly toSource: Transform;
  readonly fromSource: Transform;
}

/** Paints one RGBA surface over another, in the coordinates of the lower one. */
export function paintSurface(lower: Surface, upper: Placed): Surface {
  const changes = new Map<TileKey, Tile>();
  for (const key of tilesTouching(reachOf(upper))) {
    const rect = tileRect(key);
    const source = sampleSurface(upper.surface, upper.toSource, rect, { interpolation: 'bicubic' });
    const tile = mutableTile(lower, key);
    const whole = { offset: 0, stride: rect.width };
    blendOver({ data: tile, ...whole }, { data: source.data, ...whole }, rect);
    changes.set(key, tile);
  }
  return withTiles(lower, changes);
}

/** A surface seen from other coordinates, for good. */
export function transformSurface(placed: Placed): Surface {
  const { surface, toSource } = placed;
  const changes = new Map<TileKey, Tile>();
  for (const key of tilesTouching(reachOf(placed))) {
    changes.set(key, sampleSurface(surface, toSource, tileRect(key), { interpolation: 'bicubic' }).data);
  }
  return withTiles(emptySurface(surface.channels), changes);
}

/** The rectangle that placed pixels can show up in. */
export function reachOf({ surface, fromSource }: Placed): Rect {
  return reachOfRect(fromSource, boundsOf(surface));
}

/** Where a rectangle of pixels can show up: resampling smears by a pixel of the source, and by one of the target. */
export function reachOfRect(fromSource: Transform, rect: Rect): Rect {
  if (isEmptyRect(rect) || isWholePixelMove(fromSource)) return transformedBounds(fromSource, rect);
  return grown(transformedBounds(fromSource, grown(rect, 1)), 1);
}

/** Cuts what a mask covers out of an RGBA surface: `floating` is what was covered, as far as it was; `rest` is what stays. */
export function liftPixels(surface: Surface, mask: Placed): { readonly rest: Surface; readonly floating: Surface } {
  const rest = new Map<TileKey, Tile>();
  const floating = new Map<TileKey, Tile>();
  const reach = reachOf(mask);
  for (const [key, tile] of surface.tiles) {
    const rect = tileRect(key);
    if (isEmptyRect(intersectRect(rect, reach))) continue;
    const cover = sampleSurface(mask.surface, mask.toSource, rect).data;
    const kept = new Uint8Array(tile.length);
    const taken = new Uint8Array(tile.length);
    for (let i = 0, at = 0; i < cover.length; i++, at += 4) {
      const alpha = tile[at + 3]!;
      const share = Math.round((alpha * cover[i]!) / 255);
      // Colour without alpha would only make files larger.
      if (share > 0) taken.set(tile.subarray(at, at + 3), at);
      if (share < alpha) kept.set(tile.subarray(at, at + 3), at);
      taken[at + 3] = share;
      kept[at + 3] = alpha - share;
    }
    rest.set(key, kept);
    floating.set(key, taken);
  }
  return { rest: withTiles(surface, rest), floating: withTiles(emptySurface(4), floating) };
}
