/** Sides of the squares that are turned at a time: both stay in the first-level cache. */
const tile = 32;

type Elements = Float32Array | Uint16Array | Int8Array;

/**
 * Writes columns `from` to before `to` of a stretch of rows as rows of `target`, whose rows are `targetStride` long; the
 * stretch begins at `targetOffset` of each.
 * @param source [rows, columns]
 * @param target [to − from, targetStride]
 */
export function transposeInto<T extends Elements>(
  source: T,
  { rows, columns, from, to }: { rows: number; columns: number; from: number; to: number },
  target: T,
  { targetStride, targetOffset }: { targetStride: number; targetOffset: number },
): void {
  for (let left = from; left < to; left += tile) {
    const right = Math.min(left + tile, to);
    for (let top = 0; top < rows; top += tile) {
      const bottom = Math.min(top + tile, rows);
      for (let column = left; column < right; column++) {
        let at = (column - from) * targetStride + targetOffset + top;
        for (let row = top; row < bottom; row++) target[at++] = source[row * columns + column]!;
      }
    }
  }
}
