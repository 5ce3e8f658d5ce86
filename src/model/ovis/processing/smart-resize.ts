import { assert } from '#base/assert';

/** Width and height of a picture in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What `smartResize` aims for: sides in multiples of `factor`, an area in pixels² within the bounds. */
export interface ResizeBounds {
  readonly factor: number;
  readonly minPixels: number;
  readonly maxPixels: number;
}

/** The reference's defaults, used wherever the processor's own bounds are not asked for. */
export const defaultResizeBounds: ResizeBounds = { factor: 28, minPixels: 56 * 56, maxPixels: 14 * 14 * 4 * 1280 };

/** A longer side is cut to this many times the shorter one. */
const LARGEST_ASPECT = 200;

/**
 * The size near `size`, of about the same aspect, whose sides are multiples of `factor` and whose area is within the
 * bounds as far as rounding allows. Follows the reference step by step, so that it agrees in every rounding; where the
 * reference would give a side of zero (an extreme strip), the side is `factor` instead.
 */
export function smartResize(size: PictureSize, { factor, minPixels, maxPixels }: ResizeBounds): PictureSize {
  let { width, height } = size;
  assert(width >= 1 && height >= 1, 'a picture has pixels');
  if (height < factor || width < factor) {
    if (height < width) {
      width = roundHalfToEven((factor / height) * width);
      height = factor;
    } else {
      height = roundHalfToEven((factor / width) * height);
      width = factor;
    }
  } else if (Math.max(height, width) / Math.min(height, width) > LARGEST_ASPECT) {
    if (height > width) height = LARGEST_ASPECT * width;
    else width = LARGEST_ASPECT * height;
  }

  const rounded = {
    width: roundHalfToEven(width / factor) * factor,
    height: roundHalfToEven(height / factor) * factor,
  };
  const area = rounded.width * rounded.height;
  if (area > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels);
    return withoutEmptySides(
      {
        width: Math.floor(width / shrink / factor) * factor,
        height: Math.floor(height / shrink / factor) * factor,
      },
      factor,
      maxPixels,
    );
  }
  if (area < minPixels) {
    const grow = Math.sqrt(minPixels / (height * width));
    return {
      width: Math.ceil((width * grow) / factor) * factor,
      height: Math.ceil((height * grow) / factor) * factor,
    };
  }
  return rounded;
}

/** Python's `round`: halves go to the even neighbour. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return fraction < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function withoutEmptySides({ width, height }: PictureSize, factor: number, maxPixels: number): PictureSize {
  if (width >= factor && height >= factor) return { width, height };
  const longest = Math.max(factor, Math.floor(maxPixels / factor / factor) * factor);
  return {
    width: Math.max(factor, Math.min(width, longest)),
    height: Math.max(factor, Math.min(height, longest)),
  };
}
