import { type PixelBox } from './crop.ts';
import { type Plane, mapPlane } from './plane.ts';

/**
 * Grey dilation: every pixel becomes the largest value within `radius` pixels (a disc). Soft masks keep their greys:
 * they grow, they are not cut off at a threshold. Costs about four reads a pixel for each pixel of radius, but only
 * around what is above 0.
 */
export function dilate(plane: Plane, radius: number): Plane {
  const reach = Math.floor(radius);
  if (reach < 1) return plane;
  const { width, height } = plane;
  const box = reachedBy(plane, reach);
  const result = new Float32Array(box.width * box.height);
  // From the disc's top row, where it is narrowest, to its middle: `rowMax` holds the maximum over the row's half
  // width, and widens as the rows do.
  let rowMax = windowOf(plane, box);
  let halfWidth = 0;
  for (let dy = reach; dy >= 0; dy--) {
    const wanted = Math.floor(Math.sqrt(radius * radius - dy * dy));
    while (halfWidth < wanted) {
      const step = Math.min(wanted - halfWidth, 2 * halfWidth + 1);
      rowMax = widenRows(rowMax, box.width, step);
      halfWidth += step;
    }
    raiseByRow(result, rowMax, box.width, dy);
  }
  const data = new Float32Array(plane.data);
  for (let y = 0; y < box.height; y++) {
    data.set(result.subarray(y * box.width, (y + 1) * box.width), (box.y + y) * width + box.x);
  }
  return { width, height, data };
}

/** Grey erosion: the smallest value within `radius` pixels. The world beyond the border does not erode. */
export function erode(plane: Plane, radius: number): Plane {
  return mapPlane(dilate(mapPlane(plane, complement), radius), complement);
}

/** Dilation, then erosion: closes holes and gaps narrower than twice the radius. */
export function close(plane: Plane, radius: number): Plane {
  return erode(dilate(plane, radius), radius);
}

const complement = (value: number): number => 1 - value;

/**
 * The largest of each value and those `step` pixels to its left and right. Where that is beyond the border the row's
 * end stands in, whose own reach then covers what lies between.
 */
function widenRows(data: Float32Array, width: number, step: number): Float32Array {
  const result = new Float32Array(data);
  const inside = Math.min(step, width);
  for (let start = 0; start < data.length; start += width) {
    const last = start + width - 1;
    for (let i = start; i < start + inside; i++) result[i] = Math.max(result[i]!, data[start]!);
    for (let i = start + inside; i <= last; i++) if (data[i - step]! > result[i]!) result[i] = data[i - step]!;
    for (let i = start; i <= last - inside; i++) if (data[i + step]! > result[i]!) result[i] = data[i + step]!;
    for (let i = last - inside + 1; i <= last; i++) result[i] = Math.max(result[i]!, data[last]!);
  }
  return result;
}

/** Raises `result` to the values `dy` rows above and below. */
function raiseByRow(result: Float32Array, data: Float32Array, width: number, dy: number): void {
  const offset = dy * width;
  for (let i = offset; i < data.length; i++) if (data[i - offset]! > result[i]!) result[i] = data[i - offset]!;
  if (dy === 0) return;
  for (let i = 0; i < data.length - offset; i++) if (data[i + offset]! > result[i]!) result[i] = data[i + offset]!;
}

/** The box that everything above 0 can grow into. */
function reachedBy({ width, height, data }: Plane, reach: number): PixelBox {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i]! <= 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  const x = Math.max(0, left - reach);
  const y = Math.max(0, top - reach);
  return {
    x,
    y,
    width: Math.max(0, Math.min(width, right + 1 + reach) - x),
    height: Math.max(0, Math.min(height, bottom + 1 + reach) - y),
  };
}

function windowOf(plane: Plane, box: PixelBox): Float32Array {
  const window = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.y + y) * plane.width + box.x;
    window.set(plane.data.subarray(start, start + box.width), y * box.width);
  }
  return window;
}
