/** Linear light (0–1) of each sRGB byte (IEC 61966-2-1). */
export const linearOfByte: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => decode(byte / 255));

/**
 * Steps of the way back. Where sRGB is steepest (in the blacks) a byte spans 1/3295 of linear light, so that this many
 * steps place every byte's threshold to within a tenth of a byte.
 */
const STEPS = 1 << 14;
const bytes: Uint8Array = Uint8Array.from({ length: STEPS + 1 }, (_, step) => Math.round(encode(step / STEPS) * 255));

/** The sRGB byte nearest to a linear value, which is clamped to 0–1. Bytes survive the way there and back exactly. */
export function byteOfLinear(linear: number): number {
  if (!(linear > 0)) return 0;
  return linear >= 1 ? 255 : bytes[(linear * STEPS + 0.5) | 0]!;
}

function decode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function encode(linear: number): number {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}
