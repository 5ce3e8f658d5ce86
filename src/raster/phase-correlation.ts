import { type ComplexArray, fft2d } from './fft.ts';
import { type Plane } from './plane.ts';

/** By how much one picture is displaced against another, in pixels, and how clear the answer is. */
export interface PhaseShift {
  readonly dx: number;
  readonly dy: number;
  /** Height of the correlation peak: near 1 for a pure shift, near 0 for unrelated pictures. */
  readonly peak: number;
}

/** Frequencies this much weaker than the average count for half. */
const NOISE_FLOOR = 0.05;

/**
 * The shift by which `moved` best repeats `reference`, moved(p + shift) ≈ reference(p), from the phase of their cross
 * spectrum; brightness and contrast do not matter. Both planes have the same size, a mean near 0 and fade to 0 at their
 * borders. The peak is refined to parts of a pixel by the centroid around it.
 */
export function phaseCorrelation(reference: Plane, moved: Plane): PhaseShift {
  const width = powerOfTwo(reference.width);
  const height = powerOfTwo(reference.height);
  const a = spectrum(reference, width, height);
  const b = spectrum(moved, width, height);
  crossPhase(a, b);
  fft2d(a, width, height, 'inverse');
  let best = 0;
  for (let i = 1; i < a.re.length; i++) if (a.re[i]! > a.re[best]!) best = i;
  const x = best % width;
  const y = (best - x) / width;
  let sum = 0;
  let dx = 0;
  let dy = 0;
  for (let oy = -1; oy <= 1; oy++) {
    for (let ox = -1; ox <= 1; ox++) {
      const value = a.re[((y + oy + height) % height) * width + ((x + ox + width) % width)]!;
      if (value <= 0) continue;
      sum += value;
      dx += ox * value;
      dy += oy * value;
    }
  }
  const signed = (position: number, size: number) => (position > size / 2 ? position - size : position);
  if (sum === 0) return { dx: 0, dy: 0, peak: 0 };
  return { dx: signed(x, width) + dx / sum, dy: signed(y, height) + dy / sum, peak: sum };
}

/** Replaces a by conj(a) · b, every frequency brought to the same magnitude, except those with next to none: noise. */
function crossPhase(a: ComplexArray, b: ComplexArray): void {
  const magnitudes = new Float64Array(a.re.length);
  let total = 0;
  for (let i = 0; i < magnitudes.length; i++) {
    const re = a.re[i]! * b.re[i]! + a.im[i]! * b.im[i]!;
    const im = a.re[i]! * b.im[i]! - a.im[i]! * b.re[i]!;
    a.re[i] = re;
    a.im[i] = im;
    magnitudes[i] = Math.sqrt(re * re + im * im);
    total += magnitudes[i]!;
  }
  const floor = (NOISE_FLOOR * total) / magnitudes.length + 1e-30;
  for (let i = 0; i < magnitudes.length; i++) {
    const scale = 1 / (magnitudes[i]! + floor);
    a.re[i] = a.re[i]! * scale;
    a.im[i] = a.im[i]! * scale;
  }
}

/** Fourier transform of the plane, padded with zeros to width × height. */
function spectrum(plane: Plane, width: number, height: number): ComplexArray {
  const values: ComplexArray = { re: new Float64Array(width * height), im: new Float64Array(width * height) };
  for (let y = 0; y < plane.height; y++) {
    values.re.set(plane.data.subarray(y * plane.width, (y + 1) * plane.width), y * width);
  }
  fft2d(values, width, height, 'forward');
  return values;
}

function powerOfTwo(size: number): number {
  return 2 ** Math.ceil(Math.log2(size));
}
