import { labOfRaster } from './lab.ts';
import { type Plane, type Planes } from './plane.ts';
import { type Raster } from './raster.ts';

/**
 * ΔE of two Lab pictures, pixel by pixel. CIE76, the plain distance: it is linear, so that differences can be blurred
 * and averaged, and at the small differences that matter here (under 10) it ranks like its successors.
 */
export function deltaE(first: Planes, second: Planes): Plane {
  const { width, height } = first[0];
  const data = new Float32Array(width * height);
  for (let i = 0; i < data.length; i++) {
    const l = first[0].data[i]! - second[0].data[i]!;
    const a = first[1].data[i]! - second[1].data[i]!;
    const b = first[2].data[i]! - second[2].data[i]!;
    data[i] = Math.sqrt(l * l + a * a + b * b);
  }
  return { width, height, data };
}

export function rasterDeltaE(first: Raster, second: Raster): Plane {
  return deltaE(labOfRaster(first), labOfRaster(second));
}

export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly max: number;
}

/** Count, mean and maximum of the pixels whose `where` value (a distance, say) lies in [from, to). */
export function statisticsWhere(values: Plane, where: Plane, from: number, to: number): Statistics {
  let count = 0;
  let sum = 0;
  let max = 0;
  for (let i = 0; i < values.data.length; i++) {
    const position = where.data[i]!;
    if (position < from || position >= to) continue;
    const value = values.data[i]!;
    count++;
    sum += value;
    if (value > max) max = value;
  }
  return { count, mean: count === 0 ? 0 : sum / count, max };
}
