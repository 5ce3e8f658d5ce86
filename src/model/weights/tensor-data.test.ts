import { expect, test } from 'vitest';
import { float32ToBfloat16, float32ToFloat16 } from './float16.ts';
import { float32Of } from './tensor-data.ts';

const values = Float32Array.of(1, -2.5, 0.375);

function bytesOf({ buffer }: Float32Array | Uint16Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer);
}

test('floats of every width come out as f32', () => {
  expect(float32Of({ dtype: 'f32', bytes: bytesOf(values) })).toEqual(values);
  expect(float32Of({ dtype: 'f16', bytes: bytesOf(float32ToFloat16(values)) })).toEqual(values);
  expect(float32Of({ dtype: 'bf16', bytes: bytesOf(float32ToBfloat16(values)) })).toEqual(values);
});

test('f32 is shared where it lies well, and copied where it does not', () => {
  const padded = new Uint8Array(13);
  padded.set(bytesOf(values), 1);
  const copy = float32Of({ dtype: 'f32', bytes: padded.subarray(1) });
  expect(copy).toEqual(values);
  expect(copy.buffer).not.toBe(padded.buffer);
  const bytes = bytesOf(values);
  expect(float32Of({ dtype: 'f32', bytes }).buffer).toBe(bytes.buffer);
});

test('whole numbers and broken elements are no floats', () => {
  expect(() => float32Of({ dtype: 'i8', bytes: new Uint8Array(4) })).toThrow('not a floating-point type');
  expect(() => float32Of({ dtype: 'f32', bytes: new Uint8Array(5) })).toThrow('not whole f32 elements');
});
