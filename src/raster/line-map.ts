import { gaussianBlur } from './gaussian-blur.ts';
import { lightnessOfRaster } from './lab.ts';
import { type Raster } from './raster.ts';

export interface LineMapOptions {
  /** Width of the strokes to look for, σ in pixels. */
  readonly sigmaPx?: number;
  /** How much darker than its surroundings a full stroke is, in L. */
  readonly contrast?: number;
}

/** The wider of the two blurs, against the narrower: 1.6 makes their difference nearest to a Laplacian. */
const SURROUND = 1.6;

/**
 * A soft drawing of the picture: white strokes where it is darker than its close surroundings, on black, one channel.
 * Unlike Canny's edges a drawn line gives one stroke, not its two sides, and its weight tells how strong it is. The
 * control picture "lines" of the model.
 */
export function lineMap(raster: Raster, { sigmaPx = 1.2, contrast = 6 }: LineMapOptions = {}): Raster {
  const lightness = lightnessOfRaster(raster);
  const stroke = gaussianBlur(lightness, sigmaPx).data;
  const surround = gaussianBlur(lightness, sigmaPx * SURROUND).data;
  const data = new Uint8Array(stroke.length);
  for (let i = 0; i < data.length; i++) {
    const darker = (surround[i]! - stroke[i]!) / contrast;
    // tanh leaves faint texture faint and saturates clear strokes.
    data[i] = darker <= 0 ? 0 : Math.round(255 * Math.tanh(darker * darker * 4));
  }
  return { width: raster.width, height: raster.height, channels: 1, data };
}
