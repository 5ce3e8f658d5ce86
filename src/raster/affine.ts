import type { Raster } from './raster.ts';
import { resize } from './resize.ts';

/** x' = a·x + c·y + e, y' = b·x + d·y + f. */
export interface AffineMap {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** A raster whose top left pixel is at x, y. */
export interface PlacedRaster {
  readonly raster: Raster;
  readonly x: number;
  readonly y: number;
}

/**
 * A raster of 4 channels, or of 1 (a mask), through an affine map, on whole pixels again, or null where the map flattens it. A move by whole pixels keeps
 * every byte. Anything else is sampled bilinearly with colours weighted by alpha, after an area-averaging reduction where
 * the map shrinks; what lies outside the source is transparent (0 in a mask), so edges are antialiased.
 */
export function transformRaster(source: PlacedRaster, map: AffineMap): PlacedRaster | null {
  const { a, b, c, d, e, f } = map;
  if (a === 1 && b === 0 && c === 0 && d === 1 && Number.isInteger(e) && Number.isInteger(f)) {
    return { raster: source.raster, x: source.x + e, y: source.y + f };
  }
  const { raster } = source;
  // Bilinear sampling looks at two pixels an axis; a map that takes them closer together than that needs fewer of them.
  const width = Math.max(1, Math.round(raster.width * Math.min(1, Math.hypot(a, b))));
  const height = Math.max(1, Math.round(raster.height * Math.min(1, Math.hypot(c, d))));
  const isReduced = width < raster.width || height < raster.height;
  const sampled = isReduced ? resize(raster, { width, height }) : raster;
  return sample(sampled, {
    a: (a * raster.width) / width,
    b: (b * raster.width) / width,
    c: (c * raster.height) / height,
    d: (d * raster.height) / height,
    e: e + a * source.x + c * source.y,
    f: f + b * source.x + d * source.y,
  });
}

/** The map takes the raster's own pixel coordinates, 0,0 at the corner of its first pixel. */
function sample(source: Raster, { a, b, c, d, e, f }: AffineMap): PlacedRaster | null {
  const determinant = a * d - b * c;
  if (!Number.isFinite(1 / determinant)) return null;
  const bounds = boundsOf(source, { a, b, c, d, e, f });
  const { width, height, x: left, y: top } = bounds;
  const { channels } = source;
  const data = new Uint8Array(width * height * channels);
  const pixel = new Float64Array(channels + 1);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += channels) {
      // The centre of this pixel, taken back; samples sit at the centres of the source's pixels.
      const dx = left + x + 0.5 - e;
      const dy = top + y + 0.5 - f;
      const sx = (d * dx - c * dy) / determinant - 0.5;
      const sy = (a * dy - b * dx) / determinant - 0.5;
      if (sx <= -1 || sy <= -1 || sx >= source.width || sy >= source.height) continue;
      bilinear(source, sx, sy, pixel);
      store(pixel, channels, data, at);
    }
  }
  return { raster: { width, height, channels, data }, x: left, y: top };
}

function boundsOf({ width, height }: Raster, { a, b, c, d, e, f }: AffineMap) {
  const xs = [e, a * width + e, c * height + e, a * width + c * height + e];
  const ys = [f, b * width + f, d * height + f, b * width + d * height + f];
  const x = Math.floor(Math.min(...xs));
  const y = Math.floor(Math.min(...ys));
  return { x, y, width: Math.ceil(Math.max(...xs)) - x, height: Math.ceil(Math.max(...ys)) - y };
}

/** Adds up to four pixels, each by its share; colours by share times alpha, which sums in the last place. */
function bilinear({ width, height, channels, data }: Raster, sx: number, sy: number, sum: Float64Array): void {
  sum.fill(0);
  const x0 = Math.floor(sx);
  const y0 = Math.floor(sy);
  for (let y = y0; y <= y0 + 1; y += 1) {
    if (y < 0 || y >= height) continue;
    const shareY = 1 - Math.abs(sy - y);
    for (let x = x0; x <= x0 + 1; x += 1) {
      if (x < 0 || x >= width) continue;
      const share = shareY * (1 - Math.abs(sx - x));
      const at = (y * width + x) * channels;
      const weight = channels === 4 ? (share * data[at + 3]!) / 255 : share;
      for (let channel = 0; channel < channels; channel += 1) sum[channel]! += weight * data[at + channel]!;
      sum[channels]! += weight;
    }
  }
}

function store(sum: Float64Array, channels: Raster['channels'], data: Uint8Array, at: number): void {
  const weight = sum[channels]!;
  if (weight <= 0) return;
  if (channels === 1) {
    data[at] = Math.round(sum[0]!);
    return;
  }
  for (let channel = 0; channel < 3; channel += 1) data[at + channel] = Math.round(sum[channel]! / weight);
  if (channels === 4) data[at + 3] = Math.round(weight * 255);
}
