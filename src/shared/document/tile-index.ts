import { AppError } from '#base/app-error';
import { zBlobName, type BlobName } from '#shared/contract/job-request';
import type { Rect } from './geometry.ts';

/**
 * The tiles of one raster. Tile `x`,`y` covers the pixels from `256·x`, `256·y` on, in the raster's own coordinates;
 * either may be negative. A tile that is nowhere listed is what `base` has there; without one it is transparent (or 0, in
 * a mask).
 *
 * A tile is a blob of 256 × 256 × `channels` bytes, row-major, interleaved, straight alpha, compressed in the zlib
 * format: `CompressionStream('deflate')` in a browser, `zlib.deflate` in Node.
 */
export interface TileIndex {
  /** 4 is RGBA, 1 a mask. */
  readonly channels: 1 | 4;
  readonly tiles: ReadonlyMap<TileKey, BlobName>;
  /** The picture that was painted on: what nobody has touched stays its own, to the last bit, and is not stored twice. */
  readonly base?: TileBase | undefined;
}

/** An encoded picture; its top left pixel is at 0,0. */
export interface TileBase {
  readonly blob: BlobName;
  readonly width: number;
  readonly height: number;
}

/** `x,y` of a tile, counted in tiles. */
export type TileKey = `${number},${number}`;

export const tileSide = 256;

export const tileKey = (x: number, y: number): TileKey => `${x},${y}`;

export function tilePosition(key: TileKey): { readonly x: number; readonly y: number } {
  const comma = key.indexOf(',');
  return { x: Number(key.slice(0, comma)), y: Number(key.slice(comma + 1)) };
}

/** Length in bytes of one tile, once it is unpacked. */
export const tileByteLength = (channels: TileIndex['channels']): number => tileSide * tileSide * channels;

/** The keys of all tiles that a rectangle of pixels touches, row by row. */
export function tilesTouching(rect: Rect): TileKey[] {
  const keys: TileKey[] = [];
  if (rect.width <= 0 || rect.height <= 0) return keys;
  const right = Math.floor((rect.x + rect.width - 1) / tileSide);
  const bottom = Math.floor((rect.y + rect.height - 1) / tileSide);
  for (let y = Math.floor(rect.y / tileSide); y <= bottom; y += 1)
    for (let x = Math.floor(rect.x / tileSide); x <= right; x += 1) keys.push(tileKey(x, y));
  return keys;
}

/** The rectangle of pixels around all tiles, those of the base included. */
export function tileBounds({ tiles, base }: TileIndex): Rect {
  const keys = [...tiles.keys(), ...(base ? tilesTouching({ x: 0, y: 0, ...base }) : [])];
  if (keys.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const positions = keys.map(tilePosition);
  const xs = positions.map((position) => position.x);
  const ys = positions.map((position) => position.y);
  const left = smallest(xs);
  const top = smallest(ys);
  return {
    x: left * tileSide,
    y: top * tileSide,
    width: (largest(xs) - left + 1) * tileSide,
    height: (largest(ys) - top + 1) * tileSide,
  };
}

/** A new index with some tiles replaced; `null` removes one. */
export function withTiles(index: TileIndex, changes: ReadonlyMap<TileKey, BlobName | null>): TileIndex {
  const tiles = new Map(index.tiles);
  for (const [key, blob] of changes) {
    if (blob === null) tiles.delete(key);
    else tiles.set(key, blob);
  }
  return { ...index, tiles };
}

// The stored form, little endian: "OVTI", u8 version, u8 channels, u16 tile side, u32 count; in version 2 the base: u32
// width, u32 height and the 32 bytes of its name; then for each tile, sorted by row and column, i32 x, i32 y and the 32 bytes of its name. Sorted, so that equal rasters have equal names.
const magic = 0x4954_564f;
const headerLength = 12;
const baseLength = 40;
const entryLength = 40;
const nameLength = 32;

export function encodeTileIndex(index: TileIndex): Uint8Array<ArrayBuffer> {
  const entries = Array.from(index.tiles, ([key, blob]) => ({ ...tilePosition(key), blob })).sort(
    (one, other) => one.y - other.y || one.x - other.x,
  );
  const { base } = index;
  const start = headerLength + (base ? baseLength : 0);
  const bytes = new Uint8Array(start + entries.length * entryLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint8(4, base ? 2 : 1);
  view.setUint8(5, index.channels);
  view.setUint16(6, tileSide, true);
  view.setUint32(8, entries.length, true);
  if (base) {
    view.setUint32(headerLength, base.width, true);
    view.setUint32(headerLength + 4, base.height, true);
    writeName(bytes, headerLength + 8, base.blob);
  }
  let at = start;
  for (const { x, y, blob } of entries) {
    view.setInt32(at, x, true);
    view.setInt32(at + 4, y, true);
    writeName(bytes, at + 8, blob);
    at += entryLength;
  }
  return bytes;
}

/** @throws AppError `tile-index-damaged` when the bytes are not an index this version can read. */
export function decodeTileIndex(bytes: Uint8Array): TileIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerLength || view.getUint32(0, true) !== magic) throw damaged();
  const version = view.getUint8(4);
  if (version !== 1 && version !== 2) throw damaged();
  const channels = view.getUint8(5);
  const count = view.getUint32(8, true);
  if ((channels !== 1 && channels !== 4) || view.getUint16(6, true) !== tileSide) throw damaged();
  const start = headerLength + (version === 2 ? baseLength : 0);
  if (bytes.length !== start + count * entryLength) throw damaged();
  const tiles = new Map<TileKey, BlobName>();
  for (let at = start; at < bytes.length; at += entryLength) {
    tiles.set(tileKey(view.getInt32(at, true), view.getInt32(at + 4, true)), readName(bytes, at + 8));
  }
  if (version === 1) return { channels, tiles };
  const [width, height] = [view.getUint32(headerLength, true), view.getUint32(headerLength + 4, true)];
  return { channels, tiles, base: { blob: readName(bytes, headerLength + 8), width, height } };
}

function writeName(bytes: Uint8Array, at: number, name: BlobName): void {
  for (let i = 0; i < nameLength; i += 1) bytes[at + i] = Number.parseInt(name.slice(2 * i, 2 * i + 2), 16);
}

function readName(bytes: Uint8Array, at: number): BlobName {
  const name = bytes.subarray(at, at + nameLength);
  return zBlobName.parse(Array.from(name, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}

function damaged(): AppError {
  return new AppError('tile-index-damaged', 'The list of a layer’s tiles is damaged: go back to an earlier step.');
}

const smallest = (values: readonly number[]): number => values.reduce((one, other) => Math.min(one, other));
const largest = (values: readonly number[]): number => values.reduce((one, other) => Math.max(one, other));
