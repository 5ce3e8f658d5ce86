import { crop, type PixelBox } from './crop.ts';
import { type Raster } from './raster.ts';

/** What `resize` gives: a raster of the same kind, RGB for RGB. */
type Resized<Source extends Raster> = Source extends { channels: 3 } ? Raster & { readonly channels: 3 } : Raster;

/**
 * Resizes with the antialiased bicubic filter of Pillow (a = −0.5), bit for bit: rows first, then columns, each pass
 * with 22-bit fixed-point weights rounded to 8 bits. RGBA is premultiplied for the passes, as Pillow does, so that
 * transparent pixels lend no colour. The same size gives back the same raster.
 *
 * @param raster - any number of channels, [height, width, channels]
 * @param size - of the result, in pixels, whole numbers ≥ 1
 * @param options.window - compute only these pixels of the result
 */
export function resize<Source extends Raster>(
  raster: Source,
  size: { readonly width: number; readonly height: number },
  options: { readonly window?: PixelBox } = {},
): Resized<Source> {
  const window = options.window ?? { x: 0, y: 0, ...size };
  const down = size.height === raster.height ? null : bicubicTaps(raster.height, size.height, window.y, window.height);
  const across = size.width === raster.width ? null : bicubicTaps(raster.width, size.width, window.x, window.width);
  // Rows that nothing below needs are not computed.
  const top = down ? down.first[0]! : window.y;
  const bottom = down ? down.first.at(-1)! + down.count.at(-1)! : window.y + window.height;
  const left = across ? 0 : window.x;
  const right = across ? raster.width : window.x + window.width;
  const isWhole = top === 0 && left === 0 && bottom === raster.height && right === raster.width;
  let result: Raster = isWhole ? raster : crop(raster, { x: left, y: top, width: right - left, height: bottom - top });
  if (!down && !across) return result as Resized<Source>;
  if (raster.channels === 4) result = premultiply(result);
  if (across) result = resizeRows(result, across);
  if (down) result = resizeColumns(result, { ...down, first: down.first.map((row) => row - top) });
  if (raster.channels === 4) result = unpremultiply(result);
  return result as Resized<Source>;
}

/** Fraction bits of a weight: 32 bits less 8 of the pixel and 2 of headroom for the filter's overshoot. */
const WEIGHT_BITS = 22;
const HALF = 1 << (WEIGHT_BITS - 1);
/** Reach of the bicubic kernel on either side, in source pixels when not shrinking. */
const REACH = 2;

/** For every output pixel the source pixels it sees, `first[i] … first[i] + count[i] − 1`, and their weights. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Weights of output pixel i start at i × stride; in units of 2⁻²². */
  readonly weights: Int32Array;
  readonly stride: number;
}

/**
 * Taps of output pixels `start` … `start + length − 1` of `size`. When shrinking, the kernel is stretched over all
 * source pixels that fall into one output pixel (antialiasing).
 */
function bicubicTaps(sourceSize: number, size: number, start: number, length: number): Taps {
  const scale = sourceSize / size;
  const stretch = Math.max(scale, 1);
  const reach = REACH * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const centre = (start + i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - reach + 0.5));
    const taps = Math.min(sourceSize, Math.trunc(centre + reach + 0.5)) - begin;
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const weight = bicubic((begin + k - centre + 0.5) * (1 / stretch));
      exact[k] = weight;
      sum += weight;
    }
    const toFixed = 1 / sum;
    for (let k = 0; k < taps; k++) {
      const weight = exact[k]! * toFixed * (1 << WEIGHT_BITS);
      weights[i * stride + k] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = begin;
    count[i] = taps;
  }
  return { first, count, weights, stride };
}

/** Keys' cubic convolution kernel with a = −0.5. */
function bicubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

function resizeRows(raster: Raster, { first, count, weights, stride }: Taps): Raster {
  const { height, channels, data } = raster;
  const width = first.length;
  const result = new Uint8ClampedArray(width * height * channels);
  const rowSize = raster.width * channels;
  let out = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const begin = x * stride;
      const end = begin + count[x]!;
      let at = y * rowSize + first[x]! * channels;
      if (channels === 3) {
        // The common case, unrolled: one read of the weight for three channels.
        let red = HALF;
        let green = HALF;
        let blue = HALF;
        for (let k = begin; k < end; k++) {
          const weight = weights[k]!;
          red = (red + Math.imul(data[at]!, weight)) | 0;
          green = (green + Math.imul(data[at + 1]!, weight)) | 0;
          blue = (blue + Math.imul(data[at + 2]!, weight)) | 0;
          at += 3;
        }
        result[out] = red >> WEIGHT_BITS;
        result[out + 1] = green >> WEIGHT_BITS;
        result[out + 2] = blue >> WEIGHT_BITS;
        out += 3;
        continue;
      }
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = begin, i = at + c; k < end; k++, i += channels) {
          sum = (sum + Math.imul(data[i]!, weights[k]!)) | 0;
        }
        result[out++] = sum >> WEIGHT_BITS;
      }
    }
  }
  return { width, height, channels, data: new Uint8Array(result.buffer) };
}

function resizeColumns(raster: Raster, { first, count, weights, stride }: Taps): Raster {
  const { width, channels, data } = raster;
  const height = first.length;
  const rowSize = width * channels;
  const result = new Uint8ClampedArray(rowSize * height);
  const sums = new Int32Array(rowSize);
  for (let y = 0; y < height; y++) {
    // Whole rows are added up, tap after tap, so that memory is read in order.
    sums.fill(HALF);
    for (let k = 0; k < count[y]!; k++) {
      const weight = weights[y * stride + k]!;
      const at = (first[y]! + k) * rowSize;
      for (let i = 0; i < rowSize; i++) sums[i] = (sums[i]! + Math.imul(data[at + i]!, weight)) | 0;
    }
    for (let i = 0; i < rowSize; i++) result[y * rowSize + i] = sums[i]! >> WEIGHT_BITS;
  }
  return { width, height, channels, data: new Uint8Array(result.buffer) };
}

/** RGBA with colours multiplied by alpha / 255, rounded. */
function premultiply(raster: Raster): Raster {
  const data = new Uint8Array(raster.data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = raster.data[i + 3]!;
    for (let c = 0; c < 3; c++) {
      const product = raster.data[i + c]! * alpha + 128;
      data[i + c] = (product + (product >> 8)) >> 8;
    }
    data[i + 3] = alpha;
  }
  return { ...raster, data };
}

/** The inverse of `premultiply`; fully transparent pixels keep their premultiplied colour. */
function unpremultiply(raster: Raster): Raster {
  const data = new Uint8Array(raster.data);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = 0; c < 3; c++) data[i + c] = Math.min(255, Math.trunc((255 * data[i + c]!) / alpha));
  }
  return { ...raster, data };
}
