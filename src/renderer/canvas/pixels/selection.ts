import { assertNever } from '#base/assert';
import { featherMask, growMask, shrinkMask } from '#raster/mask';
import { intersectRect, type Rect } from '#shared/document/geometry';
import { tileByteLength, tilesTouching, type TileKey } from '#shared/document/tile-index';
import {
  boundsOf,
  copyRows,
  emptySurface,
  grown,
  readBlock,
  tileRect,
  withTiles,
  type Surface,
  type Tile,
} from './surface.ts';

/** How a new shape meets what is selected already. */
export type SelectionMode = 'replace' | 'add' | 'subtract' | 'intersect';

const combiners = {
  replace: (_old, own) => own,
  add: (old, own) => Math.max(old, own),
  subtract: (old, own) => Math.min(old, 255 - own),
  intersect: (old, own) => Math.min(old, own),
} as const satisfies Record<SelectionMode, (old: number, own: number) => number>;

/** Both are masks in the same coordinates. */
export function combineSelections(old: Surface, shape: Surface, mode: SelectionMode): Surface {
  if (mode === 'replace') return shape;
  const changes = new Map<TileKey, Tile | null>();
  for (const key of keysToCombine(old, shape, mode)) {
    const one = old.tiles.get(key);
    const other = shape.tiles.get(key);
    // Where one side is empty its tile, or none, stands for the result: no bytes to go through.
    if (one && other) changes.set(key, combineTiles(one, other, combiners[mode]));
    else changes.set(key, mode === 'intersect' ? null : (one ?? other!));
  }
  return withTiles(old, changes);
}

/** `subtract` touches only where the shape is, `intersect` also where it is not. */
function keysToCombine(old: Surface, shape: Surface, mode: Exclude<SelectionMode, 'replace'>): Iterable<TileKey> {
  switch (mode) {
    case 'add':
      return shape.tiles.keys();
    case 'subtract':
      return [...shape.tiles.keys()].filter((key) => old.tiles.has(key));
    case 'intersect':
      return old.tiles.keys();
    default:
      return assertNever(mode);
  }
}

function combineTiles(one: Tile, other: Tile, combine: (old: number, own: number) => number): Tile {
  const result = new Uint8Array(one.length);
  for (let i = 0; i < result.length; i++) result[i] = combine(one[i]!, other[i]!);
  return result;
}

/** Everything within the bounds that was not selected, as far as it was not. */
export function invertSelection(selection: Surface, bounds: Rect): Surface {
  const changes = new Map<TileKey, Tile>();
  for (const key of tilesTouching(bounds)) {
    const own = selection.tiles.get(key);
    changes.set(key, within(own ? own.map((value) => 255 - value) : fullTile, key, bounds));
  }
  return withTiles(emptySurface(1), changes);
}

export const selectAll = (bounds: Rect): Surface => invertSelection(emptySurface(1), bounds);

export interface SelectionChange {
  readonly kind: 'grow' | 'shrink' | 'feather';
  /** In pixels. */
  readonly radius: number;
}

const changers = { grow: growMask, shrink: shrinkMask, feather: featherMask };

/**
 * Grows, shrinks or softens a selection; soft edges stay soft. Yields after each tile, so that whoever runs it can stop
 * or let others work. Nothing grows beyond the bounds, and what touches them does not shrink away from them.
 */
export function* changeSelection(
  selection: Surface,
  { kind, radius }: SelectionChange,
  bounds: Rect,
): Generator<void, Surface> {
  // A feather's Gaussian has a σ of half its radius and is cut at three, or is three boxes of about that reach.
  const reach = Math.ceil(radius * (kind === 'feather' ? 1.75 : 1)) + 1;
  const changes = new Map<TileKey, Tile | null>();
  for (const key of tilesTouching(intersectRect(grown(boundsOf(selection), reach), bounds))) {
    const window = intersectRect(grown(tileRect(key), reach), bounds);
    const value = uniformValue(selection, window);
    if (value === 0) changes.set(key, null);
    else if (value === 255) changes.set(key, within(fullTile, key, bounds));
    else {
      const changed = changers[kind](readBlock(selection, window), radius);
      const tile = new Uint8Array(tileByteLength(1));
      copyRows(changed.data, window, tile, tileRect(key), 1);
      changes.set(key, tile);
    }
    yield;
  }
  return withTiles(emptySurface(1), changes);
}

/** One tile for all that is wholly selected, so that it is stored once. */
const fullTile: Tile = new Uint8Array(tileByteLength(1)).fill(255);

const uniformTiles = new WeakMap<Tile, number | null>();

/** The value that all tiles touching a rectangle have throughout, or null. */
function uniformValue(surface: Surface, rect: Rect): number | null {
  let common: number | null | undefined;
  for (const key of tilesTouching(rect)) {
    const tile = surface.tiles.get(key);
    let value = tile ? uniformTiles.get(tile) : 0;
    if (tile && value === undefined) {
      value = tile.every((each) => each === tile[0]) ? tile[0]! : null;
      uniformTiles.set(tile, value);
    }
    if (value === null || (common !== undefined && common !== value)) return null;
    common = value;
  }
  return common ?? 0;
}

/** The part of a mask tile that is within the bounds. */
function within(tile: Tile, key: TileKey, bounds: Rect): Tile {
  const rect = tileRect(key);
  const inside = intersectRect(rect, bounds);
  if (inside.width === rect.width && inside.height === rect.height) return tile;
  const part = new Uint8Array(tile.length);
  for (let y = inside.y - rect.y; y < inside.y - rect.y + inside.height; y++) {
    const at = y * rect.width + inside.x - rect.x;
    part.set(tile.subarray(at, at + inside.width), at);
  }
  return part;
}
