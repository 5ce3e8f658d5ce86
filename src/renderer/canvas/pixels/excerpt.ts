import { intersectRect, type Rect } from '#shared/document/geometry';
import { tilesTouching, type TileKey } from '#shared/document/tile-index';
import type { Composer } from './composer.ts';
import type { Placed } from './layering.ts';
import { sampleSurface } from './sample.ts';
import {
  copyRows,
  createBlock,
  emptySurface,
  tileRect,
  withTiles,
  type Block,
  type Surface,
  type Tile,
} from './surface.ts';

/** The part of a composed picture in a rectangle of a level, tile by tile. */
export function* composeBlock(composer: Composer, level: number, rect: Rect): Generator<void, Block> {
  const block = createBlock(rect, 4);
  for (const key of tilesTouching(rect)) {
    const part = composer.block(level, intersectRect(tileRect(key), rect));
    copyRows(part.data, part, block.data, rect, 4);
    yield;
  }
  return block;
}

/** The same at full size as a surface of its own, without a limit to its size. */
export function* composeSurface(composer: Composer, rect: Rect): Generator<void, Surface> {
  const changes = new Map<TileKey, Tile>();
  for (const key of tilesTouching(rect)) {
    const outer = tileRect(key);
    const part = composer.block(0, intersectRect(outer, rect));
    const tile = new Uint8Array(outer.width * outer.height * 4);
    copyRows(part.data, part, tile, outer, 4);
    changes.set(key, tile);
    yield;
  }
  return withTiles(emptySurface(4), changes);
}

/** The alpha of an RGBA surface as a mask, or a mask as it is: in document pixels, cut off at the bounds. */
export function* coverOf({ surface, toSource }: Placed, bounds: Rect): Generator<void, Surface> {
  const changes = new Map<TileKey, Tile>();
  for (const key of tilesTouching(bounds)) {
    const outer = tileRect(key);
    const inside = intersectRect(outer, bounds);
    const { data, channels } = sampleSurface(surface, toSource, inside);
    const cover = channels === 1 ? data : data.filter((_, i) => i % 4 === 3);
    const tile = new Uint8Array(outer.width * outer.height);
    copyRows(cover, inside, tile, outer, 1);
    changes.set(key, tile);
    yield;
  }
  return withTiles(emptySurface(1), changes);
}

/** Makes pixels as transparent as a mask tells; the block's coordinates are those of the mask's parent. */
export function cutBy(block: Block, { surface, toSource }: Placed): void {
  const mask = sampleSurface(surface, toSource, block).data;
  const step = block.channels;
  for (let i = 0, at = step - 1; i < mask.length; i++, at += step) {
    block.data[at] = (block.data[at]! * mask[i]!) / 255 + 0.5;
  }
}

/** The mean colour of a block, weighed by alpha; null where nothing is. */
export function meanColour({ data }: Block): { red: number; green: number; blue: number } | null {
  let [red, green, blue, total] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    red += data[i]! * alpha;
    green += data[i + 1]! * alpha;
    blue += data[i + 2]! * alpha;
    total += alpha;
  }
  if (total === 0) return null;
  return { red: Math.round(red / total), green: Math.round(green / total), blue: Math.round(blue / total) };
}
