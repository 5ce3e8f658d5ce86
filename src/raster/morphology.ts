import { type Plane, mapPlane } from './plane.ts';

/**
 * Grey dilation: every pixel becomes the largest value within `radius` pixels (a disc). Soft masks keep their greys:
 * they grow, they are not cut off at a threshold. Costs about four reads a pixel for each pixel of radius.
 */
export function dilate(plane: Plane, radius: number): Plane {
  const reach = Math.floor(radius);
  if (reach < 1) return plane;
  const { width, height } = plane;
  const result = new Float32Array(plane.data);
  // From the disc's top row, where it is narrowest, to its middle: `rowMax` holds the maximum over the row's half
  // width, and widens as the rows do.
  let rowMax = plane.data;
  let halfWidth = 0;
  for (let dy = reach; dy >= 0; dy--) {
    const wanted = Math.floor(Math.sqrt(radius * radius - dy * dy));
    while (halfWidth < wanted) {
      const step = Math.min(wanted - halfWidth, 2 * halfWidth + 1);
      rowMax = widenRows(rowMax, width, step);
      halfWidth += step;
    }
    raiseByRow(result, rowMax, width, height, dy);
  }
  return { width, height, data: result };
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
function raiseByRow(result: Float32Array, data: Float32Array, width: number, height: number, dy: number): void {
  const offset = dy * width;
  const size = width * height;
  for (let i = offset; i < size; i++) if (data[i - offset]! > result[i]!) result[i] = data[i - offset]!;
  if (dy === 0) return;
  for (let i = 0; i < size - offset; i++) if (data[i + offset]! > result[i]!) result[i] = data[i + offset]!;
}
