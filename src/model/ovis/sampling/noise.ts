/**
 * Standard normal noise, the same as the reference's CUDA generator makes (before its rounding to bfloat16): Philox
 * 4×32 with 10 rounds on the counter (call, 0, i, 0) for element i, then Box–Muller on the first two words.
 *
 * @param seed - 0 … 2⁵³ − 1; its low and high 32 bits are the key
 * @param count - elements of the tensor, in row-major order
 * @param options.call - how many tensors the generator has made before this one
 */
export function gaussianNoise(
  seed: number,
  count: number,
  { call = 0 }: { readonly call?: number } = {},
): Float32Array {
  const noise = new Float32Array(count);
  const words = new Uint32Array(2);
  for (let i = 0; i < count; i++) {
    philox(seed, call, i, words);
    const u = (words[0]! + 0.5) * 2 ** -32;
    const v = (words[1]! + 0.5) * 2 ** -32;
    noise[i] = Math.sqrt(-2 * Math.log(u)) * Math.sin(2 * Math.PI * v);
  }
  return noise;
}

/** A number in (0, 1): the `index`-th of the seed's stream. */
export function uniformNoise(seed: number, index: number): number {
  const words = new Uint32Array(2);
  philox(seed, 0, index, words);
  return (words[0]! + 0.5) * 2 ** -32;
}

const ROUNDS = 10;

/** Writes the first two of the four words for the counter (call, 0, index, 0). */
function philox(seed: number, call: number, index: number, words: Uint32Array): void {
  let key0 = seed | 0;
  let key1 = (seed / 2 ** 32) | 0;
  let c0 = call | 0;
  let c1 = 0;
  let c2 = index | 0;
  let c3 = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(c0, 0xd251, 0x1f53);
    const low0 = Math.imul(c0, 0xd2511f53);
    const high1 = mulHigh(c2, 0xcd9e, 0x8d57);
    const low1 = Math.imul(c2, 0xcd9e8d57);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + 0x9e3779b9) | 0;
    key1 = (key1 + 0xbb67ae85) | 0;
  }
  words[0] = c0;
  words[1] = c1;
}

/** Upper 32 bits of the product of two unsigned 32-bit numbers, the second given in halves; no partial sum overflows. */
function mulHigh(a: number, high: number, low: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const middle = Math.imul(aHigh, low) + (Math.imul(aLow, low) >>> 16);
  const cross = Math.imul(aLow, high) + (middle & 0xffff);
  return (Math.imul(aHigh, high) + (middle >>> 16) + (cross >>> 16)) | 0;
}
