import { type Plane, type Planes } from './plane.ts';
import { type Raster } from './raster.ts';
import { byteOfLinear, linearOfByte } from './srgb.ts';

/** White of CIE D65, 2° observer. */
const WHITE_X = 0.95047;
const WHITE_Z = 1.08883;
/** CIE's ε and κ: below ε the cube root is replaced by a line. */
const EPSILON = 216 / 24389;
const KAPPA = 24389 / 27;

/** CIELAB under D65: L in 0–100, a and b about −110…110. Alpha is ignored, grey pictures get a = b = 0. */
export function labOfRaster(raster: Raster): Planes {
  const { width, height, channels, data } = raster;
  const count = width * height;
  const l = new Float32Array(count);
  const a = new Float32Array(count);
  const b = new Float32Array(count);
  const green = channels === 1 ? 0 : 1;
  const blue = channels === 1 ? 0 : 2;
  for (let i = 0, at = 0; i < count; i++, at += channels) {
    const lr = linearOfByte[data[at]!]!;
    const lg = linearOfByte[data[at + green]!]!;
    const lb = linearOfByte[data[at + blue]!]!;
    const fx = labCurve((0.4124564 * lr + 0.3575761 * lg + 0.1804375 * lb) / WHITE_X);
    const fy = labCurve(0.2126729 * lr + 0.7151522 * lg + 0.072175 * lb);
    const fz = labCurve((0.0193339 * lr + 0.119192 * lg + 0.9503041 * lb) / WHITE_Z);
    l[i] = 116 * fy - 16;
    a[i] = 500 * (fx - fy);
    b[i] = 200 * (fy - fz);
  }
  return [plane(width, height, l), plane(width, height, a), plane(width, height, b)];
}

/** The lightness channel alone, which is all that registration and edges look at. */
export function lightnessOfRaster(raster: Raster): Plane {
  const { width, height, channels, data } = raster;
  const l = new Float32Array(width * height);
  const green = channels === 1 ? 0 : 1;
  const blue = channels === 1 ? 0 : 2;
  for (let i = 0, at = 0; i < l.length; i++, at += channels) {
    const y =
      0.2126729 * linearOfByte[data[at]!]! +
      0.7151522 * linearOfByte[data[at + green]!]! +
      0.072175 * linearOfByte[data[at + blue]!]!;
    l[i] = 116 * labCurve(y) - 16;
  }
  return plane(width, height, l);
}

/** Back to 8-bit sRGB; colours outside its gamut are clamped channel by channel. */
export function rasterOfLab([l, a, b]: Planes): Raster {
  const { width, height } = l;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, at = 0; i < width * height; i++, at += 3) {
    const fy = (l.data[i]! + 16) / 116;
    const x = WHITE_X * labCurveInverse(fy + a.data[i]! / 500);
    const y = labCurveInverse(fy);
    const z = WHITE_Z * labCurveInverse(fy - b.data[i]! / 200);
    data[at] = byteOfLinear(3.2404542 * x - 1.5371385 * y - 0.4985314 * z);
    data[at + 1] = byteOfLinear(-0.969266 * x + 1.8760108 * y + 0.041556 * z);
    data[at + 2] = byteOfLinear(0.0556434 * x - 0.2040259 * y + 1.0572252 * z);
  }
  return { width, height, channels: 3, data };
}

/** The curve in steps fine enough that lines between them are off by less than 0.0002 L; cube roots are slow. */
const CURVE_STEPS = 1 << 13;
const curve: Float64Array = Float64Array.from({ length: CURVE_STEPS + 2 }, (_, step) => {
  const t = step / CURVE_STEPS;
  return t > EPSILON ? Math.cbrt(t) : (KAPPA * t + 16) / 116;
});

/** CIE's f(t), for t in 0–1 (white's own rounding may exceed 1 by a hair). */
function labCurve(t: number): number {
  const place = t * CURVE_STEPS;
  const step = Math.min(CURVE_STEPS, place | 0);
  return curve[step]! + (curve[step + 1]! - curve[step]!) * (place - step);
}

function labCurveInverse(f: number): number {
  const cube = f * f * f;
  return cube > EPSILON ? cube : (116 * f - 16) / KAPPA;
}

function plane(width: number, height: number, data: Float32Array): Plane {
  return { width, height, data };
}
