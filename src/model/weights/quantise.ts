/**
 * The three quantised forms, for one row of f32 weights at a time. All are symmetric (zero is exact) and round to
 * nearest. The scale is chosen for the least squared error of the weights; docs/decisions/0011 has the measurements.
 */

/** Adding and subtracting this rounds a double of up to 51 bits to an integer, ties to even: the cheapest way in JS. */
const rounder = 6_755_399_441_055_744; // 1.5 · 2^52

/**
 * Neighbouring int8 weights of even and odd index must not add up to more than this in magnitude. On x86 without VNNI
 * onnxruntime adds two products of an 8-bit activation (up to 255) and a weight in 16 bits that saturate:
 * 255 · 128 ≤ 32767 < 255 · 129.
 */
const largestPairSum = 128;

/**
 * Quantises a row to int8 with one scale, for DynamicQuantizeMatMul: weight ≈ scale · q, q from −127 to 127, and pairs
 * within `largestPairSum`, so that no activation can make a product saturate.
 * @param scratch at least half the row's length
 * @returns the scale
 */
export function quantiseRowInt8(row: Float32Array, q: Int8Array, scratch: Float64Array): number {
  let largest = 0;
  let largestSum = 0;
  const pairCount = row.length >> 1;
  for (let pair = 0; pair < pairCount; pair++) {
    const a = row[2 * pair]!;
    const b = row[2 * pair + 1]!;
    const sum = Math.abs(a + b);
    largest = Math.max(largest, Math.abs(a), Math.abs(b));
    largestSum = Math.max(largestSum, sum);
    scratch[pair] = sum;
  }
  if (row.length % 2 === 1) largest = Math.max(largest, Math.abs(row.at(-1)!));
  if (largest === 0) {
    q.fill(0);
    return 0;
  }
  const finest = largest / 127;
  const scale = scaleForPairs(scratch.subarray(0, pairCount), {
    finest,
    coarsest: Math.max(finest, largestSum / largestPairSum),
    count: row.length,
  });
  const inverse = 1 / scale;
  for (let i = 0; i + 1 < row.length; i += 2) {
    let a = row[i]! * inverse + rounder - rounder;
    let b = row[i + 1]! * inverse + rounder - rounder;
    const excess = Math.abs(a + b) - largestPairSum;
    if (excess > 0) {
      const sign = Math.sign(a + b);
      const half = excess >> 1;
      a -= sign * half;
      b -= sign * (excess - half);
    }
    q[i] = a;
    q[i + 1] = b;
  }
  if (row.length % 2 === 1) q[row.length - 1] = row.at(-1)! * inverse + rounder - rounder;
  return scale;
}

/**
 * The scale between `finest` (the largest weight becomes 127) and `coarsest` (no pair needs cutting) with the least
 * squared error: rounding costs scale²/12 a weight, and cutting a pair by x costs x²/2. The sum is convex in the scale,
 * so its slope is bisected.
 */
function scaleForPairs(
  pairSums: Float64Array,
  { finest, coarsest, count }: { finest: number; coarsest: number; count: number },
): number {
  let affected = 0;
  for (let i = 0; i < pairSums.length; i++) {
    if (pairSums[i]! > largestPairSum * finest) pairSums[affected++] = pairSums[i]!;
  }
  if (affected === 0) return finest;
  let low = finest;
  let high = coarsest;
  for (let step = 0; step < 8; step++) {
    const scale = (low + high) / 2;
    let excess = 0;
    for (let i = 0; i < affected; i++) excess += Math.max(0, pairSums[i]! - largestPairSum * scale);
    if ((count * scale) / 6 < largestPairSum * excess) low = scale;
    else high = scale;
  }
  return high;
}

/** How many weights share a scale in the two block forms: what onnxruntime's kernels are fastest and most exact with. */
export const blockSize = 32;

/**
 * Quantises a row to 8 bits in blocks of 32 for MatMulNBits and GatherBlockQuantized: weight ≈ scale · (q − 128). What a
 * ragged last block lacks is filled with 128, which stands for zero.
 * @param q bytes for whole blocks
 * @param scales one for each block
 */
export function quantiseRowBlocks8(row: Float32Array, q: Uint8Array, scales: Float32Array): void {
  for (let block = 0; block < scales.length; block++) {
    const start = block * blockSize;
    const end = Math.min(start + blockSize, row.length);
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(row[i]!));
    scales[block] = largest / 127;
    const inverse = largest === 0 ? 0 : 127 / largest;
    for (let i = start; i < end; i++) q[i] = row[i]! * inverse + 128.5;
    q.fill(128, end, start + blockSize);
  }
}

/**
 * Where on the 4-bit range −8 … 7 the largest weight of a block is tried to land, with its sign turned so that it lands
 * on the longer, negative side. Beyond −8 it is cut, which pays when the others gain more.
 */
const landings = [-8, -7, -9];

/**
 * Quantises a row to 4 bits in blocks of 32 for MatMulNBits: weight ≈ scale · (q − 8), two weights a byte, the first in
 * the low half. Scales may be negative. What a ragged last block lacks is filled with zeros.
 * @param q bytes for whole blocks: 16 each
 * @param scales one for each block
 */
export function quantiseRowBlocks4(row: Float32Array, q: Uint8Array, scales: Float32Array): void {
  for (let block = 0; block < scales.length; block++) {
    const start = block * blockSize;
    const end = Math.min(start + blockSize, row.length);
    const { inverse, scale } = scaleForBlock4(row, start, end);
    scales[block] = scale;
    for (let i = start; i < start + blockSize; i += 2) {
      const low = i < end ? nibble(row[i]! * inverse) : 8;
      const high = i + 1 < end ? nibble(row[i + 1]! * inverse) : 8;
      q[i >> 1] = low | (high << 4);
    }
  }
}

/** For each landing of the largest weight, the best scale for the rounded weights in closed form; the best of those. */
function scaleForBlock4(row: Float32Array, start: number, end: number): { inverse: number; scale: number } {
  let extreme = 0;
  for (let i = start; i < end; i++) if (Math.abs(row[i]!) > Math.abs(extreme)) extreme = row[i]!;
  if (extreme === 0) return { inverse: 0, scale: 0 };
  let best = { inverse: 0, scale: 0, gain: -1 };
  for (const landing of landings) {
    const inverse = landing / extreme;
    let product = 0;
    let square = 0;
    for (let i = start; i < end; i++) {
      const rounded = row[i]! * inverse + rounder - rounder;
      const value = rounded > 7 ? 7 : rounded < -8 ? -8 : rounded;
      product += row[i]! * value;
      square += value * value;
    }
    // The squared error of the best scale is (sum of squared weights) − gain.
    const gain = (product * product) / square;
    if (gain > best.gain) best = { inverse, scale: product / square, gain };
  }
  return best;
}

function nibble(value: number): number {
  const rounded = value + rounder - rounder;
  return (rounded > 7 ? 7 : rounded < -8 ? -8 : rounded) + 8;
}
