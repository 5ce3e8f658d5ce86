import { assert } from '#base/assert';
import { type Raster } from './raster.ts';

/**
 * One number a pixel, row-major: a channel of a picture (0–255, or Lab units), or a mask (0 keeps, 1 changes, grey
 * between). The pixel maths works on planes, because it needs more than 8 bits and no interleaving.
 */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The channels of a colour picture, in its own units: R, G, B in 0–255, or L, a, b. */
export type Planes = readonly [Plane, Plane, Plane];

export function createPlane(width: number, height: number, value = 0): Plane {
  const data = new Float32Array(width * height);
  return { width, height, data: value === 0 ? data : data.fill(value) };
}

/** A plane of the same size, with `value(i)` at each pixel. */
export function mapPlane(plane: Plane, value: (at: number, index: number) => number): Plane {
  const { width, height, data } = plane;
  const result = new Float32Array(data.length);
  for (let i = 0; i < result.length; i++) result[i] = value(data[i]!, i);
  return { width, height, data: result };
}

export function mapPlanes(planes: Planes, transform: (plane: Plane, channel: 0 | 1 | 2) => Plane): Planes {
  return [transform(planes[0], 0), transform(planes[1], 1), transform(planes[2], 2)];
}

/** An 8-bit mask as numbers from 0 to 1. */
export function planeOfMask(mask: Raster): Plane {
  assert(mask.channels === 1, 'a mask has one channel');
  const data = new Float32Array(mask.data.length);
  for (let i = 0; i < data.length; i++) data[i] = mask.data[i]! / 255;
  return { width: mask.width, height: mask.height, data };
}

/** Numbers from 0 to 1 as an 8-bit mask, rounded and clamped. */
export function maskOfPlane(plane: Plane): Raster {
  const data = new Uint8ClampedArray(plane.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.round(plane.data[i]! * 255);
  return { width: plane.width, height: plane.height, channels: 1, data: new Uint8Array(data.buffer) };
}

/** The colour channels of a picture, 0–255; a grey picture gives three equal ones, alpha is left out. */
export function planesOfRaster(raster: Raster): Planes {
  const { width, height, channels, data } = raster;
  const plane = (channel: number): Plane => {
    const values = new Float32Array(width * height);
    for (let i = 0, at = channel; i < values.length; i++, at += channels) values[i] = data[at]!;
    return { width, height, data: values };
  };
  if (channels === 1) {
    const grey = plane(0);
    return [grey, grey, grey];
  }
  return [plane(0), plane(1), plane(2)];
}

/** An RGB picture from channels in 0–255, rounded and clamped. */
export function rasterOfPlanes([red, green, blue]: Planes): Raster {
  const { width, height } = red;
  const data = new Uint8ClampedArray(width * height * 3);
  for (let i = 0, at = 0; i < width * height; i++, at += 3) {
    data[at] = Math.round(red.data[i]!);
    data[at + 1] = Math.round(green.data[i]!);
    data[at + 2] = Math.round(blue.data[i]!);
  }
  return { width, height, channels: 3, data: new Uint8Array(data.buffer) };
}
