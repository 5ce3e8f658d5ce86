import { AppError } from '#base/app-error';
import { type Raster } from '#raster/raster';
import { defaultLimits, type ModelLimits } from '#shared/contract/model-limits';
import { type Size } from './context-frame.ts';
import { type InpaintPlan, planInpaint } from './inpaint.ts';

/** Pixels to add at each side. */
interface Extension {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface OutpaintInput {
  readonly image: Raster;
  readonly extend: Extension;
  readonly limits?: ModelLimits;
}

/**
 * Plans the picture on a larger canvas, the added part as the region to make new: an inpainting plan, finished by
 * `finishInpaint`. The picture lies at (extend.left, extend.top) of the plan's image.
 *
 * @throws AppError `extend-empty`
 */
export function planOutpaint({ image, extend, limits = defaultLimits }: OutpaintInput): InpaintPlan {
  if (extend.left + extend.top + extend.right + extend.bottom === 0) {
    throw new AppError('extend-empty', 'The picture is not extended on any side: add some pixels to at least one.');
  }
  const size = {
    width: extend.left + image.width + extend.right,
    height: extend.top + image.height + extend.bottom,
  };
  return planInpaint({
    image: onCanvas(image, extend, size),
    mask: extensionMask(image, extend, size),
    intent: 'expand',
    strength: 1,
    limits,
  });
}

/** The picture on an empty canvas; what is added is all painted over, so its bytes are of no account. */
function onCanvas(image: Raster, extend: Extension, { width, height }: Size): Raster {
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * channels, (y + 1) * image.width * channels);
    data.set(row, ((extend.top + y) * width + extend.left) * channels);
  }
  return { width, height, channels, data };
}

function extensionMask(image: Raster, extend: Extension, { width, height }: Size): Raster {
  const data = new Uint8Array(width * height).fill(255);
  for (let y = extend.top; y < extend.top + image.height; y++) {
    const start = y * width + extend.left;
    data.fill(0, start, start + image.width);
  }
  return { width, height, channels: 1, data };
}
