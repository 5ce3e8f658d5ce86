import { assert } from '#base/assert';

/** Complex numbers, real and imaginary parts apart; row-major when they fill a plane. */
export interface ComplexArray {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Fourier transform of a width × height plane, in place, both sides powers of two; the inverse is scaled by 1/n. */
export function fft2d(values: ComplexArray, width: number, height: number, direction: 'forward' | 'inverse'): void {
  const alongRows = createFft(width, direction);
  for (let y = 0; y < height; y++) {
    const row = (part: Float64Array) => part.subarray(y * width, (y + 1) * width);
    alongRows({ re: row(values.re), im: row(values.im) });
  }
  const alongColumns = createFft(height, direction);
  const column: ComplexArray = { re: new Float64Array(height), im: new Float64Array(height) };
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      column.re[y] = values.re[y * width + x]!;
      column.im[y] = values.im[y * width + x]!;
    }
    alongColumns(column);
    for (let y = 0; y < height; y++) {
      values.re[y * width + x] = column.re[y]!;
      values.im[y * width + x] = column.im[y]!;
    }
  }
}

/** An in-place radix-2 transform of one length: bit-reversed order, then butterflies from pairs up. */
function createFft(size: number, direction: 'forward' | 'inverse'): (values: ComplexArray) => void {
  const bits = Math.log2(size);
  assert(Number.isInteger(bits), 'an FFT length is a power of two');
  const reversed = new Uint32Array(size);
  for (let i = 1; i < size; i++) reversed[i] = (reversed[i >> 1]! >> 1) | ((i & 1) << (bits - 1));
  const sign = direction === 'forward' ? -1 : 1;
  const cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: size / 2 }, (_, k) => sign * Math.sin((2 * Math.PI * k) / size));
  const scale = direction === 'inverse' ? 1 / size : 1;

  return ({ re, im }) => {
    for (let i = 0; i < size; i++) {
      const j = reversed[i]!;
      if (j <= i) continue;
      const re0 = re[i]!;
      const im0 = im[i]!;
      re[i] = re[j]!;
      im[i] = im[j]!;
      re[j] = re0;
      im[j] = im0;
    }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const even = start + k;
          const odd = even + half;
          const wr = cos[k * stride]!;
          const wi = sin[k * stride]!;
          const tr = re[odd]! * wr - im[odd]! * wi;
          const ti = re[odd]! * wi + im[odd]! * wr;
          re[odd] = re[even]! - tr;
          im[odd] = im[even]! - ti;
          re[even] = re[even]! + tr;
          im[even] = im[even]! + ti;
        }
      }
    }
    if (scale === 1) return;
    for (let i = 0; i < size; i++) {
      re[i] = re[i]! * scale;
      im[i] = im[i]! * scale;
    }
  };
}
