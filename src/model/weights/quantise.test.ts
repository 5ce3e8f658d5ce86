import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantiseRowBlocks4, quantiseRowBlocks8, quantiseRowInt8 } from './quantise.ts';

const weight = fc.integer({ min: -4096, max: 4096 }).map((value) => value / 1024);
const row = fc.array(weight, { minLength: 1, maxLength: 200 }).map((values) => Float32Array.from(values));

function int8(values: Float32Array) {
  const q = new Int8Array(values.length);
  const scale = quantiseRowInt8(values, q, new Float64Array(values.length));
  return { q, scale, restored: Float32Array.from(q, (value) => value * scale) };
}

function blocks(values: Float32Array, bits: 4 | 8) {
  const count = Math.ceil(values.length / 32);
  const q = new Uint8Array(count * 4 * bits);
  const scales = new Float32Array(count);
  if (bits === 8) quantiseRowBlocks8(values, q, scales);
  else quantiseRowBlocks4(values, q, scales);
  const codes = bits === 8 ? q : Uint8Array.from([...q].flatMap((byte) => [byte & 15, byte >> 4]));
  const zero = bits === 8 ? 128 : 8;
  const restored = Float32Array.from(codes, (code, i) => (code - zero) * scales[i >> 5]!);
  return { codes, scales, restored };
}

function squaredError(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}

/** Bell-shaped weights from a fixed sequence. */
function bell(count: number, seed = 1): Float32Array {
  let state = seed;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return Float32Array.from(
    { length: count },
    () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(6.2832 * uniform()),
  );
}

describe('int8', () => {
  test('no pair of neighbours can saturate a 16-bit sum, whatever the activations', () => {
    fc.assert(
      fc.property(row, (values) => {
        const { q } = int8(values);
        const pairs = Array.from({ length: q.length >> 1 }, (_, i) => Math.abs(q[2 * i]! + q[2 * i + 1]!));
        expect(Math.max(0, ...pairs)).toBeLessThanOrEqual(128);
      }),
    );
  });

  test('where no pair is cut, every weight is within half a step', () => {
    fc.assert(
      fc.property(row, (values) => {
        const { scale, restored, q } = int8(values);
        const isCut = (i: number) => Math.abs(q[i & ~1]! + (q[i | 1] ?? 0)) === 128;
        const errors = values.map((value, i) => (isCut(i) ? 0 : Math.abs(value - restored[i]!)));
        expect(Math.max(...errors)).toBeLessThanOrEqual(scale * 0.50001);
      }),
    );
  });

  test('bell-shaped rows keep most of the resolution that 7 bits would give away', () => {
    const errors = Array.from({ length: 20 }, (_, seed) => {
      const values = bell(1536, seed + 1);
      const coarse = Math.max(...values.map(Math.abs)) / 64;
      const sevenBits = values.map((value) => Math.round(value / coarse) * coarse);
      return { ours: squaredError(values, int8(values).restored), sevenBits: squaredError(values, sevenBits) };
    });
    const total = (key: 'ours' | 'sevenBits') => errors.reduce((sum, error) => sum + error[key], 0);
    expect(total('ours')).toBeLessThan(0.5 * total('sevenBits'));
  });

  test('two large neighbours give way together', () => {
    const values = bell(1024);
    values[10] = 0.08;
    values[11] = 0.075;
    const { q } = int8(values);
    expect(q[10]! - q[11]!).toBeGreaterThan(0);
    expect(q[10]! + q[11]!).toBeGreaterThan(120);
  });

  test('zeros stay zeros', () => {
    expect(int8(new Float32Array(6))).toMatchObject({ scale: 0, q: new Int8Array(6) });
    expect(int8(Float32Array.of(0, 3, 0, 0, -1)).q.filter((value) => value === 0).length).toBe(3);
  });
});

describe('8 bits in blocks', () => {
  test('every weight is within half a step of its block, and the largest is exact', () => {
    fc.assert(
      fc.property(row, (values) => {
        const { scales, restored } = blocks(values, 8);
        for (const [i, value] of values.entries()) {
          expect(Math.abs(value - restored[i]!)).toBeLessThanOrEqual(scales[i >> 5]! * 0.50001);
        }
      }),
    );
  });
});

describe('4 bits in blocks', () => {
  test('the error is never larger than with the plain scale, the largest weight divided by −8', () => {
    fc.assert(
      fc.property(row, (values) => {
        const { restored } = blocks(values, 4);
        const plain = values.map((value, i) => {
          const block = values.subarray(i & ~31, (i & ~31) + 32);
          const extreme = block.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
          const scale = extreme / -8;
          return scale === 0 ? 0 : Math.max(-8, Math.min(7, Math.round(value / scale))) * scale;
        });
        const total = values.reduce((sum, value) => sum + value * value, 0);
        expect(squaredError(values, restored.subarray(0, values.length))).toBeLessThanOrEqual(
          squaredError(values, plain) + 1e-6 * total,
        );
      }),
    );
  });

  test('bell-shaped weights keep an error of about 8 % of their size', () => {
    const values = bell(32 * 1000);
    const relative = Math.sqrt(
      squaredError(values, blocks(values, 4).restored) /
        squaredError(
          values,
          values.map(() => 0),
        ),
    );
    expect(relative).toBeGreaterThan(0.07);
    expect(relative).toBeLessThan(0.085);
  });
});

test.each([8, 4] as const)('a ragged last block of %i bits is filled with what stands for zero', (bits) => {
  const { codes, restored } = blocks(
    Float32Array.from({ length: 37 }, (_, i) => i - 20.5),
    bits,
  );
  expect(codes.length).toBe(64);
  expect(restored.subarray(37).every((value) => value === 0)).toBe(true);
});
