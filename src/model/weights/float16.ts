/**
 * Conversions between f32 and its two 16-bit relatives, exact, rounding to nearest with ties to even as IEEE 754 and
 * every training framework do. NaN stays NaN (quiet), infinities and signed zeros are kept.
 */

const floatScratch = new Float32Array(1);
const bitsScratch = new Uint32Array(floatScratch.buffer);

/** Bits of the f16 nearest to the f32 given by its bits; too large becomes infinite. */
export function float32BitsToFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude >= 0x4780_0000) {
    // From 65536 up: infinity, or NaN with its top payload bits and the quiet bit.
    return sign | (magnitude > 0x7f80_0000 ? 0x7e00 | ((magnitude >>> 13) & 0x01ff) : 0x7c00);
  }
  if (magnitude >= 0x3880_0000) {
    // Normal: rebase the exponent from 127 to 15, drop 13 bits; a carry runs into the exponent as it should.
    const rebased = magnitude - 0x3800_0000;
    return sign | ((rebased + 0x0fff + ((rebased >>> 13) & 1)) >>> 13);
  }
  if (magnitude <= 0x3300_0000) return sign; // up to 2^-25, half of the smallest subnormal: a tie to even, zero
  // Subnormal: shift the mantissa, with its hidden bit, into units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  const mantissa = (magnitude & 0x007f_ffff) | 0x0080_0000;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

/** Bits of the bf16 nearest to the f32 given by its bits. */
export function float32BitsToBfloat16(bits: number): number {
  if ((bits & 0x7fff_ffff) > 0x7f80_0000) return ((bits >>> 16) | 0x0040) & 0xffff;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The f32 value of f16 bits. */
function float16ToNumber(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x03ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

let float16Table: Float32Array<ArrayBuffer> | undefined;

/** All 65536 values (256 KiB), made at first use: a look-up is several times faster than arithmetic in JavaScript. */
function float16Values(): Float32Array<ArrayBuffer> {
  float16Table ??= Float32Array.from({ length: 0x1_0000 }, (_, half) => float16ToNumber(half));
  return float16Table;
}

/** Widens f16 bits; exact. */
export function float16ToFloat32(
  source: Uint16Array,
  target: Float32Array = new Float32Array(source.length),
): Float32Array {
  const values = float16Values();
  for (let i = 0; i < source.length; i++) target[i] = values[source[i]!]!;
  return target;
}

/** Widens bf16 bits, which are the upper half of an f32; exact. */
export function bfloat16ToFloat32(
  source: Uint16Array,
  target: Float32Array = new Float32Array(source.length),
): Float32Array {
  const bits = bitsOf(target);
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16;
  return target;
}

/** Rounds to f16 bits. */
export function float32ToFloat16(
  source: Float32Array,
  target: Uint16Array = new Uint16Array(source.length),
): Uint16Array {
  const bits = bitsOf(source);
  for (let i = 0; i < bits.length; i++) target[i] = float32BitsToFloat16(bits[i]!);
  return target;
}

/** Rounds to bf16 bits. */
export function float32ToBfloat16(
  source: Float32Array,
  target: Uint16Array = new Uint16Array(source.length),
): Uint16Array {
  const bits = bitsOf(source);
  for (let i = 0; i < bits.length; i++) target[i] = float32BitsToBfloat16(bits[i]!);
  return target;
}

/** The f16 nearest to a number, as a number: what storing it in f16 keeps of it. */
export function roundToFloat16(value: number): number {
  floatScratch[0] = value;
  return float16Values()[float32BitsToFloat16(bitsScratch[0]!)]!;
}

/** Index of the first NaN or infinity, or −1. */
export function indexOfNonFinite(values: Float32Array): number {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & 0x7f80_0000) === 0x7f80_0000) return i;
  return -1;
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
