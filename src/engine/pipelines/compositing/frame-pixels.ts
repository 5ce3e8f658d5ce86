import { PREFILL_GREY } from '#model/ovis/processing/prefill';
import { crop } from '#raster/crop';
import { hasTransparency } from '#raster/mask';
import { type Plane, mapPlane, planesOfRaster, rasterOfPlanes } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { resize } from '#raster/resize';
import { smoothFill } from '#raster/smooth-fill';
import { type ContextFrame } from './context-frame.ts';

/**
 * The frame's pixels as the model sees them: RGB at the model's size. Transparent pixels take the colours around them,
 * whatever colour is hidden under them.
 */
export function pictureInFrame(picture: Raster, frame: ContextFrame): Raster {
  const size = { width: frame.modelWidth, height: frame.modelHeight };
  return flatten(resize(cropMirrored(picture, frame), size));
}

/**
 * The frame's mask at the model's size, as numbers from 0 to 1. A model pixel takes the largest value of the picture
 * pixels in it, so that reducing never loses a thin stroke.
 */
export function maskInFrame(mask: Raster, frame: ContextFrame): Plane {
  const width = frame.modelWidth;
  const height = frame.modelHeight;
  const spans = (start: number, count: number, size: number) =>
    Array.from({ length: count }, (_, i) => {
      const first = Math.floor(i / frame.scale);
      const last = Math.max(first, Math.ceil((i + 1) / frame.scale) - 1);
      return Array.from({ length: last - first + 1 }, (_, k) => mirrored(start + first + k, size));
    });
  const columns = spans(frame.x, width, mask.width);
  const rows = spans(frame.y, height, mask.height);
  const data = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let largest = 0;
      for (const row of rows[y]!) {
        for (const column of columns[x]!) largest = Math.max(largest, mask.data[row * mask.width + column]!);
      }
      data[i] = largest / 255;
    }
  }
  return { width, height, data };
}

/** A crop whose box may hang over the raster, which is then mirrored at its border. */
function cropMirrored(raster: Raster, frame: ContextFrame): Raster {
  const { width, height } = frame;
  if (frame.x >= 0 && frame.y >= 0 && frame.x + width <= raster.width && frame.y + height <= raster.height) {
    return width === raster.width && height === raster.height ? raster : crop(raster, frame);
  }
  const { channels } = raster;
  const columns = Int32Array.from({ length: width }, (_, x) => mirrored(frame.x + x, raster.width) * channels);
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, out = 0; y < height; y++) {
    const row = mirrored(frame.y + y, raster.height) * raster.width * channels;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) data[out++] = raster.data[row + columns[x]! + c]!;
    }
  }
  return { width, height, channels, data };
}

/** The index within 0 … size − 1 that an index beyond it is a mirror image of; the border itself is repeated. */
function mirrored(index: number, size: number): number {
  const period = 2 * size;
  const folded = ((index % period) + period) % period;
  return folded < size ? folded : period - 1 - folded;
}

function flatten(raster: Raster): Raster {
  if (raster.channels === 3) return raster;
  const colours = planesOfRaster(raster);
  if (!hasTransparency(raster)) return rasterOfPlanes(colours);
  const known = mapPlane(colours[0], (_, i) => raster.data[i * 4 + 3]! / 255);
  if (known.data.every((alpha) => alpha === 0)) {
    return { ...raster, channels: 3, data: new Uint8Array(known.data.length * 3).fill(PREFILL_GREY) };
  }
  return rasterOfPlanes(smoothFill(colours, known));
}
