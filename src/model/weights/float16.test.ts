import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32BitsToBfloat16,
  float32BitsToFloat16,
  float32ToBfloat16,
  float32ToFloat16,
  indexOfNonFinite,
  roundToFloat16,
} from './float16.ts';

const allBits = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
const anyFloatBits = fc.integer({ min: 0, max: 0xffff_ffff }).map((bits) => bits >>> 0);

/** The definition of rounding, slowly: of the two neighbours the nearer, of two equally near the one with an even last bit. */
function nearest(value: number, candidates: Float32Array, limit: number): number {
  if (Math.abs(value) >= limit) return Math.sign(value) * Infinity;
  let best = 0;
  for (let bits = 1; bits < candidates.length; bits++) {
    const closer = Math.abs(candidates[bits]! - value) - Math.abs(candidates[best]! - value);
    if (closer < 0 || (closer === 0 && bits % 2 === 0)) best = bits;
  }
  return candidates[best]!;
}

function float32OfBits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
}

describe('f16', () => {
  const values = float16ToFloat32(allBits);

  test('the known landmarks of the format', () => {
    const landmark = (bits: number) => values[bits];
    expect([0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0x7bff, 0x7c00, 0xc000].map(landmark)).toEqual([
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      0.333251953125,
      1,
      65504,
      Infinity,
      -2,
    ]);
    expect(landmark(0x7e00)).toBeNaN();
    expect(landmark(0x8000)).toBe(-0);
  });

  test('every one of the 65536 values survives the way there and back', () => {
    const back = float32ToFloat16(values);
    const isKept = (bits: number) =>
      Number.isNaN(values[bits]) ? Number.isNaN(values[back[bits]!]) : back[bits] === bits;
    expect(allBits.filter((bits) => !isKept(bits))).toEqual(new Uint16Array());
  });

  test('half-way cases go to the even neighbour, on both sides of every boundary between neighbours', () => {
    const belowLargest = allBits.subarray(0, 0x7bff);
    const isRight = (bits: number) => {
      const middle = (values[bits]! + values[bits + 1]!) / 2;
      const [middleBits] = new Uint32Array(Float32Array.of(middle).buffer);
      return (
        float32BitsToFloat16(middleBits! - 1) === bits &&
        float32BitsToFloat16(middleBits!) === (bits % 2 === 0 ? bits : bits + 1) &&
        float32BitsToFloat16(middleBits! + 1) === bits + 1
      );
    };
    expect(belowLargest.filter((bits) => !isRight(bits))).toEqual(new Uint16Array());
  });

  test('any f32 becomes the nearest f16', () => {
    const positive = values.subarray(0, 0x7c00);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 70000, noNaN: true }).map(Math.fround), (value) => {
        const rounded = nearest(value, positive, 65520);
        expect(roundToFloat16(value)).toBe(rounded);
        expect(roundToFloat16(-value)).toBe(-rounded);
      }),
      { numRuns: 60 },
    );
  });

  test('NaN of any payload stays NaN, and the sign of everything is kept', () => {
    fc.assert(
      fc.property(anyFloatBits, (bits) => {
        const half = float32BitsToFloat16(bits);
        expect(half >>> 15).toBe(bits >>> 31);
        expect(Number.isNaN(values[half])).toBe(Number.isNaN(float32OfBits(bits)));
      }),
    );
  });
});

describe('bf16', () => {
  const values = bfloat16ToFloat32(allBits);

  test('every one of the 65536 values survives the way there and back', () => {
    const back = float32ToBfloat16(values);
    const isKept = (bits: number) =>
      Number.isNaN(values[bits]) ? Number.isNaN(values[back[bits]!]) : back[bits] === bits;
    expect(allBits.filter((bits) => !isKept(bits))).toEqual(new Uint16Array());
  });

  test('any f32 goes to the nearer neighbour, ties to even', () => {
    fc.assert(
      fc.property(anyFloatBits, (bits) => {
        fc.pre(Number.isFinite(float32OfBits(bits)));
        const below = bits >>> 16;
        const rest = bits & 0xffff;
        const up = rest > 0x8000 || (rest === 0x8000 && below % 2 === 1);
        expect(float32BitsToBfloat16(bits)).toBe(up ? below + 1 : below);
      }),
    );
  });

  test('NaN whose payload lies in the dropped half does not turn into infinity', () => {
    expect(values[float32BitsToBfloat16(0x7f80_0001)]).toBeNaN();
    expect(values[float32BitsToBfloat16(0xff80_0001)]).toBeNaN();
  });
});

test('the first NaN or infinity is found wherever it is', () => {
  expect(indexOfNonFinite(Float32Array.of(1, -0, 3e38, 1e-45))).toBe(-1);
  expect(indexOfNonFinite(Float32Array.of(1, NaN, Infinity))).toBe(1);
  expect(indexOfNonFinite(new Float32Array([0, 0, -Infinity]).subarray(1))).toBe(1);
});
