import { type Raster } from '#raster/raster';

/** An RGB raster; what the model sees of any picture. */
export interface RgbRaster extends Raster {
  readonly channels: 3;
}

/** The picture in RGB: grey is repeated, transparency is laid over white. An RGB raster is returned as it is. */
export function toRgb(raster: Raster): RgbRaster {
  const { width, height, channels, data: source } = raster;
  if (channels === 3) return { width, height, channels, data: source };
  const data = new Uint8Array(width * height * 3);
  if (channels === 1) {
    for (let i = 0, o = 0; i < source.length; i++, o += 3) data.fill(source[i]!, o, o + 3);
  } else {
    for (let i = 0, o = 0; i < source.length; i += 4, o += 3) {
      const alpha = source[i + 3]!;
      const white = 255 * (255 - alpha) + 127;
      for (let c = 0; c < 3; c++) data[o + c] = Math.trunc((source[i + c]! * alpha + white) / 255);
    }
  }
  return { width, height, channels: 3, data };
}

/** A white picture: what stands in for the image where there is none. */
export function blankPicture(width: number, height: number): RgbRaster {
  return { width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(255) };
}
