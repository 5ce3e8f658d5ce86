import { type Plane } from './plane.ts';

/** How far every pixel is from the nearest seed. */
export interface DistanceField extends Plane {
  /** Index of that seed; −1 when there is none at all, and the distance is infinite. */
  readonly nearest: Int32Array;
}

/**
 * Exact Euclidean distance, in pixels, from each pixel's centre to the centre of the nearest pixel of `seeds` that is
 * above 0, and which one that is. Linear time: nearest seed within the column, then along each row the lower envelope
 * of the parabolas that the columns raise (Felzenszwalb and Huttenlocher).
 */
export function distanceTo(seeds: Plane): DistanceField {
  const { width, height } = seeds;
  const seedRow = nearestSeedInColumn(seeds);
  const data = new Float32Array(width * height);
  const nearest = new Int32Array(width * height);
  // The envelope of a row: its parabolas' columns, and where each begins to be the lowest.
  const columns = new Int32Array(width);
  const begins = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    const height2 = (column: number): number => (seedRow[at + column]! - y) ** 2;
    let count = 0;
    for (let x = 0; x < width; x++) {
      if (seedRow[at + x]! < 0) continue;
      const own = height2(x) + x * x;
      let begin = -Infinity;
      while (count > 0) {
        const other = columns[count - 1]!;
        begin = (own - height2(other) - other * other) / (2 * (x - other));
        if (begin > begins[count - 1]!) break;
        count--;
        begin = -Infinity;
      }
      columns[count] = x;
      begins[count] = begin;
      count++;
    }
    if (count === 0) {
      data.fill(Infinity, at, at + width);
      nearest.fill(-1, at, at + width);
      continue;
    }
    begins[count] = Infinity;
    for (let x = 0, k = 0; x < width; x++) {
      while (begins[k + 1]! < x) k++;
      const column = columns[k]!;
      data[at + x] = Math.sqrt((x - column) ** 2 + height2(column));
      nearest[at + x] = seedRow[at + column]! * width + column;
    }
  }
  return { width, height, data, nearest };
}

/** For every pixel the row of the nearest seed in its own column, or −1. */
function nearestSeedInColumn(seeds: Plane): Int32Array {
  const { width, height, data } = seeds;
  const rows = new Int32Array(width * height);
  for (let x = 0; x < width; x++) rows[x] = data[x]! > 0 ? 0 : -1;
  for (let y = 1; y < height; y++) {
    for (let i = y * width; i < (y + 1) * width; i++) rows[i] = data[i]! > 0 ? y : rows[i - width]!;
  }
  for (let y = height - 2; y >= 0; y--) {
    for (let i = y * width; i < (y + 1) * width; i++) {
      const below = rows[i + width]!;
      const own = rows[i]!;
      if (below >= 0 && (own < 0 || below - y < y - own)) rows[i] = below;
    }
  }
  return rows;
}
