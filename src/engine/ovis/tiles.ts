/** @file Large pictures through the VAE in overlapping tiles, which keeps every tensor small. */

export interface PlanarSize {
  readonly width: number;
  readonly height: number;
}

/** Channels of values over a plane, [channels, height, width]. */
export interface Planes extends PlanarSize {
  readonly data: Float32Array;
}

export interface TileOptions {
  /** Side of a tile in cells of the input; inputs of up to `whole` cells in area are not cut. */
  readonly side: number;
  readonly overlap: number;
  readonly whole: number;
  /** Output cells per input cell along a side: above 1 for decoding, a fraction for encoding. */
  readonly scale: number;
  /** The grid that tiles begin and end on. */
  readonly multiple: number;
}

/** Runs `process` over tiles of the input and cross-fades their results where they overlap. */
export async function processInTiles(
  input: Planes,
  { side, overlap, whole, scale, multiple }: TileOptions,
  process: (tile: Planes) => Promise<Float32Array>,
): Promise<Float32Array> {
  if (input.width * input.height <= whole) return process(input);
  const columns = axisTiles(input.width, side, overlap, multiple);
  const rows = axisTiles(input.height, side, overlap, multiple);
  const width = input.width * scale;
  const height = input.height * scale;
  let sum = new Float32Array();
  const weight = new Float32Array(width * height);
  for (const row of rows) {
    for (const column of columns) {
      const made = await process(cut(input, column, row));
      const tile = { width: column.size * scale, height: row.size * scale };
      const channels = made.length / (tile.width * tile.height);
      if (sum.length === 0) sum = new Float32Array(channels * width * height);
      const left = column.start * scale;
      const top = row.start * scale;
      const across = ramp(tile.width, overlap * scale, left > 0, left + tile.width < width);
      const down = ramp(tile.height, overlap * scale, top > 0, top + tile.height < height);
      for (let y = 0; y < tile.height; y++) {
        for (let x = 0; x < tile.width; x++) {
          const share = across[x]! * down[y]!;
          const at = (top + y) * width + left + x;
          weight[at]! += share;
          for (let c = 0; c < channels; c++) {
            sum[c * width * height + at]! += share * made[(c * tile.height + y) * tile.width + x]!;
          }
        }
      }
    }
  }
  for (let i = 0; i < sum.length; i++) sum[i]! /= weight[i % weight.length]!;
  return sum;
}

interface Span {
  readonly start: number;
  readonly size: number;
}

/** Spans of one size that cover the extent, evenly spread, at least `overlap` apart from their neighbours' ends. */
export function axisTiles(extent: number, side: number, overlap: number, multiple: number): Span[] {
  if (extent <= side) return [{ start: 0, size: extent }];
  const count = Math.ceil((extent - overlap) / (side - overlap));
  return Array.from({ length: count }, (_, i) => {
    const start = (i * (extent - side)) / (count - 1);
    return { start: Math.floor(start / multiple) * multiple, size: side };
  });
}

function cut({ data, width, height }: Planes, column: Span, row: Span): Planes {
  const channels = data.length / (width * height);
  const tile = new Float32Array(channels * column.size * row.size);
  for (let c = 0, at = 0; c < channels; c++) {
    for (let y = 0; y < row.size; y++, at += column.size) {
      const from = (c * height + row.start + y) * width + column.start;
      tile.set(data.subarray(from, from + column.size), at);
    }
  }
  return { data: tile, width: column.size, height: row.size };
}

/** 1 inside, rising from and falling to nearly 0 at the sides that have a neighbour. */
function ramp(length: number, overlap: number, before: boolean, after: boolean): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const rise = before ? Math.min(1, (i + 0.5) / overlap) : 1;
    const fall = after ? Math.min(1, (length - i - 0.5) / overlap) : 1;
    return Math.min(rise, fall);
  });
}
