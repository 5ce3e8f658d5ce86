import { intersectRect, isEmptyRect, unionRect, type Rect } from '#shared/document/geometry';
import { tileByteLength, tilePosition, tileSide, tilesTouching, type TileKey } from '#shared/document/tile-index';
import type { Raster } from '#raster/raster';

/** 256 × 256 pixels of a surface, row-major and interleaved. Nobody writes to a tile once it is in a surface. */
export type Tile = Uint8Array;

/** 4 is RGBA with straight alpha, 1 a mask or selection. */
export type Channels = 1 | 4;

/**
 * Pixels without a border: a sparse grid of tiles, none where everything is 0. A surface never changes. A changed one
 * shares every tile it can with the old, so keeping the old one is all that undo needs, and what differs between two is
 * found by comparing tiles by identity.
 */
export interface Surface {
  readonly channels: Channels;
  readonly tiles: ReadonlyMap<TileKey, Tile>;
}

/** Pixels in a rectangle, `data` as in a `Raster`. */
export interface Block extends Rect, Raster {
  readonly channels: Channels;
}

export const emptyRect: Rect = Object.freeze({ x: 0, y: 0, width: 0, height: 0 });

const emptySurfaces = { 1: { channels: 1, tiles: new Map() }, 4: { channels: 4, tiles: new Map() } } as const;

export const emptySurface = (channels: Channels): Surface => emptySurfaces[channels];

export function createBlock({ x, y, width, height }: Rect, channels: Channels): Block {
  return { x, y, width, height, channels, data: new Uint8Array(width * height * channels) };
}

export function tileRect(key: TileKey): Rect {
  const { x, y } = tilePosition(key);
  return { x: x * tileSide, y: y * tileSide, width: tileSide, height: tileSide };
}

/** The surface with some tiles replaced; `null`, or a tile that is 0 throughout, removes one. */
export function withTiles(surface: Surface, changes: ReadonlyMap<TileKey, Tile | null>): Surface {
  if (changes.size === 0) return surface;
  const tiles = new Map(surface.tiles);
  for (const [key, tile] of changes) {
    if (tile === null || isBlank(tile)) tiles.delete(key);
    else tiles.set(key, tile);
  }
  return { channels: surface.channels, tiles };
}

/** A copy of the pixels in a rectangle; 0 where the surface has none. */
export function readBlock(surface: Surface, rect: Rect): Block {
  const block = createBlock(rect, surface.channels);
  for (const key of tilesTouching(rect)) {
    const tile = surface.tiles.get(key);
    if (tile) copyRows(tile, tileRect(key), block.data, rect, surface.channels);
  }
  return block;
}

/** The surface with a rectangle of its pixels replaced. */
export function writeBlock(surface: Surface, block: Block): Surface {
  const changes = new Map<TileKey, Tile>();
  for (const key of tilesTouching(block)) {
    const tile = mutableTile(surface, key);
    copyRows(block.data, block, tile, tileRect(key), surface.channels);
    changes.set(key, tile);
  }
  return withTiles(surface, changes);
}

export function surfaceOf(block: Block): Surface {
  return writeBlock(emptySurface(block.channels), block);
}

/** A tile of one's own to write to, with what the surface has there. */
export function mutableTile(surface: Surface, key: TileKey): Tile {
  const tile = surface.tiles.get(key);
  return tile ? new Uint8Array(tile) : new Uint8Array(tileByteLength(surface.channels));
}

/** Copies what two rectangles of pixels have in common from one to the other. */
export function copyRows(from: Uint8Array, fromRect: Rect, to: Uint8Array, toRect: Rect, channels: Channels): void {
  const common = intersectRect(fromRect, toRect);
  if (isEmptyRect(common)) return;
  for (let y = common.y; y < common.y + common.height; y++) {
    const start = ((y - fromRect.y) * fromRect.width + common.x - fromRect.x) * channels;
    const target = ((y - toRect.y) * toRect.width + common.x - toRect.x) * channels;
    to.set(from.subarray(start, start + common.width * channels), target);
  }
}

/** Keys of the tiles in which two surfaces differ. */
export function differingTiles(one: Surface, other: Surface): TileKey[] {
  if (one === other) return [];
  const keys = [...one.tiles.keys()].filter((key) => one.tiles.get(key) !== other.tiles.get(key));
  for (const key of other.tiles.keys()) if (!one.tiles.has(key)) keys.push(key);
  return keys;
}

/** The smallest rectangle around all pixels of a tile in which two surfaces differ, in the surfaces' coordinates. */
export function differenceInTile(one: Surface, other: Surface, key: TileKey): Rect {
  const [left, right] = [pixelsIn(one, key), pixelsIn(other, key)];
  const differs = (i: number): boolean => left[i] !== right[i];
  const outer = tileRect(key);
  let first = 0;
  let last = left.length - 1;
  while (first <= last && !differs(first)) first++;
  if (first > last) return emptyRect;
  while (!differs(last)) last--;
  const top = Math.floor(first / tileSide);
  const bottom = Math.floor(last / tileSide);
  let [start, end] = [tileSide, -1];
  for (let row = top * tileSide; row <= bottom * tileSide; row += tileSide) {
    // Only what is outside the columns found so far can widen them.
    for (let x = 0; x < start; x++) if (differs(row + x)) start = x;
    for (let x = tileSide - 1; x > end; x--) if (differs(row + x)) end = x;
  }
  return { x: outer.x + start, y: outer.y + top, width: end - start + 1, height: bottom - top + 1 };
}

const blankTile = new Uint8Array(tileByteLength(4));

/** The pixels of a tile, one number each. */
function pixelsIn({ tiles, channels }: Surface, key: TileKey): Uint8Array | Uint32Array {
  const tile = tiles.get(key) ?? blankTile.subarray(0, tileByteLength(channels));
  return channels === 1 ? tile : new Uint32Array(tile.buffer, tile.byteOffset, tile.length / 4);
}

/** The rectangle with `by` more pixels on each side. */
export function grown({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

const outlines = new WeakMap<Surface, Rect>();

/** The rectangle around all tiles. */
export function boundsOf(surface: Surface): Rect {
  let bounds = outlines.get(surface);
  if (!bounds) {
    bounds = emptyRect;
    for (const key of surface.tiles.keys()) bounds = unionRect(bounds, tileRect(key));
    outlines.set(surface, bounds);
  }
  return bounds;
}

const contents = new WeakMap<Tile, Rect>();

/** The smallest rectangle around everything that can be seen: alpha, or the one channel, above 0. */
export function contentBounds(surface: Surface): Rect {
  let bounds = emptyRect;
  for (const [key, tile] of surface.tiles) {
    const outer = tileRect(key);
    const isInside = !isEmptyRect(bounds) && intersectRect(bounds, outer).width === tileSide;
    if (isInside && intersectRect(bounds, outer).height === tileSide) continue;
    let inner = contents.get(tile);
    if (!inner) contents.set(tile, (inner = contentOfTile(tile, surface.channels)));
    bounds = unionRect(bounds, { ...inner, x: outer.x + inner.x, y: outer.y + inner.y });
  }
  return bounds;
}

function contentOfTile(tile: Tile, channels: Channels): Rect {
  let [left, top, right, bottom] = [tileSide, tileSide, -1, -1];
  for (let y = 0, i = channels - 1; y < tileSide; y++) {
    for (let x = 0; x < tileSide; x++, i += channels) {
      if (tile[i] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? emptyRect : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Whether all bytes are 0. */
export function isBlank(tile: Uint8Array): boolean {
  const words = new Uint32Array(tile.buffer, tile.byteOffset, tile.byteLength >> 2);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  for (let i = words.length * 4; i < tile.length; i++) if (tile[i] !== 0) return false;
  return true;
}
