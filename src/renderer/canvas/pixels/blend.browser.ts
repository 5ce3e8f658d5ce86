/** @file What the browser's own canvas makes of a blend mode, for comparison with ours. */
import { blendOver, type BlendMode } from '#raster/blend';

import { blendModes } from '#shared/document/blend-mode';

const side = 64;

/** Differences of a channel multiplied by its alpha (a canvas keeps no others), of 255. */
export interface Comparison {
  readonly largest: number;
  readonly mean: number;
}

/** Paints the same noise over the same noise, once with our code and once on a canvas. */
export function compareWithCanvas(mode: BlendMode, alpha: 'opaque' | 'translucent'): Comparison {
  const below = canvasWith(noise(1, alpha));
  const above = canvasWith(noise(2, alpha));
  // What the canvas kept of the noise once it was multiplied by alpha: both sides start from the same.
  const ours = new Uint8Array(pixelsOf(below));
  const source = new Uint8Array(pixelsOf(above));
  below.globalCompositeOperation = blendModes[mode].canvas;
  below.drawImage(above.canvas, 0, 0);
  const theirs = pixelsOf(below);
  const whole = { offset: 0, stride: side };
  blendOver({ data: ours, ...whole }, { data: source, ...whole }, { width: side, height: side }, { mode });
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < ours.length; i++) {
    const isAlpha = i % 4 === 3;
    const ourShare = isAlpha ? 1 : ours[i | 3]! / 255;
    const theirShare = isAlpha ? 1 : theirs[i | 3]! / 255;
    const difference = Math.abs(ours[i]! * ourShare - theirs[i]! * theirShare);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { largest, mean: sum / ours.length };
}

const pixelsOf = (context: OffscreenCanvasRenderingContext2D): Uint8ClampedArray =>
  context.getImageData(0, 0, side, side).data;

function canvasWith(pixels: Uint8Array): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })!;
  context.putImageData(new ImageData(Uint8ClampedArray.from(pixels), side, side), 0, 0);
  return context;
}

/** Reproducible noise with runs of black and white, where formulas have their corners. */
function noise(seed: number, alpha: 'opaque' | 'translucent'): Uint8Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  const corner = (value: number): number => (value < 24 ? 0 : value > 231 ? 255 : value);
  return new Uint8Array(side * side * 4).map((_, i) => (i % 4 === 3 && alpha === 'opaque' ? 255 : corner(next())));
}
