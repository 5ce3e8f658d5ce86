import { type PixelBox } from '#raster/crop';
import { maskBounds } from '#raster/mask';
import { type Patch } from '#raster/patch';
import { type Plane, maskOfPlane, planeOfMask, planesOfRaster } from '#raster/plane';
import { type Raster } from '#raster/raster';
import { type SampleGrid, createRowSampler } from '#raster/resample';
import { resize } from '#raster/resize';
import { type ContextFrame, type Size, frameWithin } from './context-frame.ts';

/** Pixels that the cubic filter reaches beyond the mask when it is enlarged. */
const FILTER_REACH = 2;

/** What is laid over a picture. */
export interface Overlay {
  /** RGB at the model's size. */
  readonly result: Raster;
  /** How much of it is seen, of the same size. */
  readonly blend: Plane;
  /** Of the picture's size, one channel: no pixel shows more of the result than this. */
  readonly within?: Raster | undefined;
}

/**
 * The result as a piece of picture: the frame's pixels back at the picture's scale, alpha from the blend mask, cut to
 * where that is above 0. Undefined when it is nowhere.
 */
export function cutPatch({ result, blend, within }: Overlay, frame: ContextFrame, picture: Size): Patch | undefined {
  // An enlarged crop is brought back by a filter that averages; a reduced one is interpolated below.
  if (frame.scale > 1) {
    const { width, height } = frame;
    const reduced = resize(result, { width, height });
    const mask = planeOfMask(resize(maskOfPlane(blend), { width, height }));
    const pictureScale = { ...frame, scale: 1, modelWidth: width, modelHeight: height };
    return cutPatch({ result: reduced, blend: mask, within }, pictureScale, picture);
  }
  const bounds = maskBounds(maskOfPlane(blend));
  if (!bounds) return undefined;
  const box = intersection(boxInPicture(bounds, frame), frameWithin(frame, picture));
  if (!box) return undefined;
  const grid: SampleGrid = {
    width: box.width,
    height: box.height,
    x: { scale: frame.scale, offset: (box.x + 0.5 - frame.x) * frame.scale - 0.5 },
    y: { scale: frame.scale, offset: (box.y + 0.5 - frame.y) * frame.scale - 0.5 },
  };
  const raster = sampleRgba([...planesOfRaster(result), blend], grid);
  if (within) limitAlpha(raster, within, box);
  return { x: box.x, y: box.y, raster };
}

/** Alpha no larger than a mask, in place: the model's pixels lie across the edges of the picture's. */
function limitAlpha({ width, data }: Raster, mask: Raster, { x, y }: PixelBox): void {
  for (let at = 3, i = 0; at < data.length; at += 4, i++) {
    const limit = mask.data[(y + Math.floor(i / width)) * mask.width + x + (i % width)]!;
    if (data[at]! > limit) data[at] = limit;
  }
}

/** Samples red, green, blue (0–255) and alpha (0–1), row by row. */
function sampleRgba(planes: readonly Plane[], grid: SampleGrid): Raster {
  const { width, height } = grid;
  const data = new Uint8ClampedArray(width * height * 4);
  const row = new Float32Array(width);
  for (const [channel, plane] of planes.entries()) {
    const sampleRow = createRowSampler(plane, grid);
    const unit = channel === 3 ? 255 : 1;
    for (let y = 0; y < height; y++) {
      sampleRow(y, row);
      for (let x = 0, to = y * width * 4 + channel; x < width; x++, to += 4) data[to] = Math.round(row[x]! * unit);
    }
  }
  return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
}

/** The picture's pixels that a box of model pixels can touch. */
function boxInPicture(box: PixelBox, frame: ContextFrame): PixelBox {
  const reach = frame.scale === 1 ? 0 : FILTER_REACH;
  const x = frame.x + Math.floor((box.x - reach) / frame.scale);
  const y = frame.y + Math.floor((box.y - reach) / frame.scale);
  const right = frame.x + Math.ceil((box.x + box.width + reach) / frame.scale);
  const bottom = frame.y + Math.ceil((box.y + box.height + reach) / frame.scale);
  return { x, y, width: right - x, height: bottom - y };
}

function intersection(one: PixelBox, other: PixelBox): PixelBox | undefined {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  const width = Math.min(one.x + one.width, other.x + other.width) - x;
  const height = Math.min(one.y + one.height, other.y + other.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}
