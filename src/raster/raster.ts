/**
 * Pixels in memory: row-major, interleaved, 8 bits a channel, sRGB unless said otherwise. Alpha is straight (not
 * premultiplied). 1 channel is a mask or grey picture, 3 RGB, 4 RGBA.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
}
