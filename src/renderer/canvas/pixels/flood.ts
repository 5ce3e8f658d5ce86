import type { Point, Rect } from '#shared/document/geometry';
import { tileKey, tileSide, type TileKey } from '#shared/document/tile-index';
import { tileRect, withTiles, emptySurface, type Surface, type Tile } from './surface.ts';

export interface FloodOptions {
  /** Whole document pixel to start from. */
  readonly at: Point;
  /** Largest difference of any channel that still counts as the same colour, 0 to 255. */
  readonly tolerance: number;
  /** Only what is connected with the start, or the colour wherever it is. */
  readonly contiguous: boolean;
  /** Nothing beyond is taken. */
  readonly bounds: Rect;
}

/**
 * The pixels that look like the one at a point: 255 where they do. `tileAt` gives RGBA tiles, undefined where all is
 * transparent. Yields after each tile, so that whoever runs it can stop or let others work.
 */
export function* flood(
  tileAt: (key: TileKey) => Tile | undefined,
  { at, tolerance, contiguous, bounds }: FloodOptions,
): Generator<void, Surface> {
  const start = colourAt(tileAt, at);
  const match = (key: TileKey): Uint8Array => matching(tileAt(key), start, tolerance, tileRect(key), bounds);
  const found = new Map<TileKey, Tile>();
  if (!contiguous) {
    for (const key of keysIn(bounds)) {
      found.set(key, match(key));
      yield;
    }
    return withTiles(emptySurface(1), found);
  }
  const matches = new Map<TileKey, Uint8Array>();
  const pending = new Map<TileKey, number[]>();
  const enter = (x: number, y: number): void => {
    const key = tileKey(Math.floor(x / tileSide), Math.floor(y / tileSide));
    const seeds = pending.get(key) ?? [];
    seeds.push(indexIn(x, y));
    pending.set(key, seeds);
  };
  enter(at.x, at.y);
  for (;;) {
    const next = pending.entries().next();
    if (next.done) break;
    const [key, seeds] = next.value;
    pending.delete(key);
    let wanted = matches.get(key);
    if (!wanted) matches.set(key, (wanted = match(key)));
    let tile = found.get(key);
    if (!tile) found.set(key, (tile = new Uint8Array(tileSide * tileSide)));
    floodTile(wanted, tile, seeds, tileRect(key), enter);
    yield;
  }
  return withTiles(emptySurface(1), found);
}

const indexIn = (x: number, y: number): number => (y & (tileSide - 1)) * tileSide + (x & (tileSide - 1));

type Rgba = readonly [number, number, number, number];

function colourAt(tileAt: (key: TileKey) => Tile | undefined, { x, y }: Point): Rgba {
  const tile = tileAt(tileKey(Math.floor(x / tileSide), Math.floor(y / tileSide)));
  const i = indexIn(x, y) * 4;
  return tile ? [tile[i]!, tile[i + 1]!, tile[i + 2]!, tile[i + 3]!] : [0, 0, 0, 0];
}

/** 255 for each pixel of a tile within tolerance. Colours count as much as they are opaque. */
function matching(tile: Tile | undefined, wanted: Rgba, tolerance: number, rect: Rect, bounds: Rect): Uint8Array {
  const result = new Uint8Array(tileSide * tileSide);
  const [red, green, blue, alpha] = wanted;
  const right = Math.min(tileSide, bounds.x + bounds.width - rect.x);
  const bottom = Math.min(tileSide, bounds.y + bounds.height - rect.y);
  for (let y = Math.max(0, bounds.y - rect.y); y < bottom; y++) {
    for (let x = Math.max(0, bounds.x - rect.x); x < right; x++) {
      const i = (y * tileSide + x) * 4;
      const own = tile ? tile[i + 3]! : 0;
      const share = Math.min(own, alpha) / 255;
      const difference = tile
        ? Math.max(
            Math.abs(tile[i]! - red) * share,
            Math.abs(tile[i + 1]! - green) * share,
            Math.abs(tile[i + 2]! - blue) * share,
            Math.abs(own - alpha),
          )
        : alpha;
      if (difference <= tolerance) result[i >> 2] = 255;
    }
  }
  return result;
}

/** Fills spans within one tile; where a span touches the tile's border its neighbour is entered. */
function floodTile(
  wanted: Uint8Array,
  filled: Tile,
  seeds: number[],
  { x: left, y: top }: Rect,
  enter: (x: number, y: number) => void,
): void {
  const last = tileSide - 1;
  const stack = seeds;
  for (let seed = stack.pop(); seed !== undefined; seed = stack.pop()) {
    if (wanted[seed] === 0 || filled[seed] !== 0) continue;
    const row = seed & ~last;
    let from = seed;
    while (from > row && wanted[from - 1] !== 0 && filled[from - 1] === 0) from--;
    let to = seed;
    while (to < row + last && wanted[to + 1] !== 0 && filled[to + 1] === 0) to++;
    filled.fill(255, from, to + 1);
    const y = top + row / tileSide;
    if (from === row) enter(left - 1, y);
    if (to === row + last) enter(left + tileSide, y);
    for (const step of [-tileSide, tileSide]) {
      const isOutside = step < 0 ? row === 0 : row === last * tileSide;
      for (let i = from; i <= to; i++) {
        if (isOutside) enter(left + (i & last), y + Math.sign(step));
        // The first of each run is enough: its span finds the rest.
        else if (wanted[i + step] !== 0 && filled[i + step] === 0 && (i === from || wanted[i + step - 1] === 0)) {
          stack.push(i + step);
        }
      }
    }
  }
}

function* keysIn(bounds: Rect): Generator<TileKey> {
  for (let y = Math.floor(bounds.y / tileSide); y * tileSide < bounds.y + bounds.height; y++)
    for (let x = Math.floor(bounds.x / tileSide); x * tileSide < bounds.x + bounds.width; x++) yield tileKey(x, y);
}
