import { tileByteLength, tileKey, tileSide, tilesTouching, type TileKey } from '#shared/document/tile-index';
import type { Rect } from '#shared/document/geometry';
import {
  copyRows,
  createBlock,
  readBlock,
  tileRect,
  type Block,
  type Channels,
  type Surface,
  type Tile,
} from './surface.ts';

/**
 * Smaller copies of surfaces for looking at them from afar. At level `n` a pixel is the mean of 2ⁿ × 2ⁿ pixels, and
 * tile `x`,`y` covers 256 × 256 of those. Nothing has to be invalidated: a smaller tile is remembered under the four
 * tiles it was made from, so a changed tile gets a new one, and undo finds the old one again.
 */

/** The pixels of a level in a rectangle given in that level's own pixels. */
export function readLevel(surface: Surface, level: number, rect: Rect): Block {
  if (level === 0) return readBlock(surface, rect);
  const block = createBlock(rect, surface.channels);
  for (const key of tilesTouching(rect)) {
    const tile = tileAtLevel(surface, level, key);
    if (tile) copyRows(tile, tileRect(key), block.data, rect, surface.channels);
  }
  return block;
}

/**
 * The same for a surface whose tiles are being written to (a stroke that goes on): made anew from the pixels below, and
 * remembered nowhere. Both ways give the same bytes.
 */
export function readLevelFresh(surface: Surface, level: number, rect: Rect): Block {
  const scale = 2 ** level;
  const { x, y, width, height } = rect;
  let block = readBlock(surface, { x: x * scale, y: y * scale, width: width * scale, height: height * scale });
  for (let step = 0; step < level; step++) block = halve(block);
  return block;
}

/** A tile of a level, or undefined where nothing is. */
export function tileAtLevel(surface: Surface, level: number, key: TileKey): Tile | undefined {
  if (level === 0) return surface.tiles.get(key);
  const { x, y } = tileRect(key);
  const [column, row] = [(2 * x) / tileSide, (2 * y) / tileSide];
  const quarter = (dx: number, dy: number): Tile | undefined =>
    tileAtLevel(surface, level - 1, tileKey(column + dx, row + dy));
  return parentOf([quarter(0, 0), quarter(1, 0), quarter(0, 1), quarter(1, 1)], surface.channels);
}

type Quarters = readonly [Tile | undefined, Tile | undefined, Tile | undefined, Tile | undefined];

interface Parent {
  readonly quarters: Quarters;
  readonly tile: Tile;
}

/** How many combinations with other tiles are remembered for each tile: as it is now, and before the last change. */
const rememberedParents = 2;
const parents = new WeakMap<Tile, Parent[]>();

function parentOf(quarters: Quarters, channels: Channels): Tile | undefined {
  const first = quarters.find((tile) => tile !== undefined);
  if (!first) return undefined;
  let known = parents.get(first);
  if (!known) parents.set(first, (known = []));
  const found = known.find((parent) => parent.quarters.every((tile, i) => tile === quarters[i]));
  if (found) return found.tile;
  const tile = new Uint8Array(tileByteLength(channels));
  const whole: Rect = { x: 0, y: 0, width: tileSide, height: tileSide };
  for (const [i, data] of quarters.entries()) {
    if (!data) continue;
    const half = halve({ ...whole, channels, data });
    copyRows(half.data, { ...half, x: (i % 2) * half.width, y: i < 2 ? 0 : half.height }, tile, whole, channels);
  }
  known.unshift({ quarters, tile });
  known.length = Math.min(known.length, rememberedParents);
  return tile;
}

/** Half as large each way: the mean of 2 × 2 pixels, colours weighed by their alpha. All four sides are even. */
function halve(block: Block): Block {
  const { x, y, width, channels } = block;
  const half = createBlock({ x: x / 2, y: y / 2, width: width / 2, height: block.height / 2 }, channels);
  for (let row = 0; row < half.height; row++) {
    const from = 2 * row * width * channels;
    const to = row * half.width * channels;
    if (channels === 4) halveRow(block.data, from, width * 4, half.data, to, half.width);
    else halveMaskRow(block.data, from, width, half.data, to, half.width);
  }
  return half;
}

function halveMaskRow(
  data: Uint8Array,
  from: number,
  stride: number,
  half: Uint8Array,
  to: number,
  width: number,
): void {
  for (let i = to, at = from; i < to + width; i++, at += 2) {
    half[i] = (data[at]! + data[at + 1]! + data[at + stride]! + data[at + stride + 1]! + 2) >> 2;
  }
}

function halveRow(data: Uint8Array, from: number, stride: number, half: Uint8Array, to: number, width: number): void {
  for (let i = to, at = from; i < to + width * 4; i += 4, at += 8) {
    const below = at + stride;
    const a0 = data[at + 3]!;
    const a1 = data[at + 7]!;
    const a2 = data[below + 3]!;
    const a3 = data[below + 7]!;
    const alpha = a0 + a1 + a2 + a3;
    if (alpha === 0) continue;
    half[i + 3] = (alpha + 2) >> 2;
    for (let c = 0; c < 3; c++) {
      const sum =
        alpha === 1020
          ? (data[at + c]! + data[at + 4 + c]! + data[below + c]! + data[below + 4 + c]!) / 4
          : (data[at + c]! * a0 + data[at + 4 + c]! * a1 + data[below + c]! * a2 + data[below + 4 + c]! * a3) / alpha;
      half[i + c] = sum + 0.5;
    }
  }
}
