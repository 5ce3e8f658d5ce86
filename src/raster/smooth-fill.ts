import { type Plane, type Planes, createPlane, mapPlanes } from './plane.ts';

/**
 * Fills what is not known smoothly from all sides, as a stretched membrane would (push-pull): known pixels are averaged
 * into coarser and coarser pictures until no hole is left, and on the way back each level fills the holes of the finer
 * one. Linear time, whatever the hole's size.
 *
 * @param known - 1 keeps a value, 0 replaces it, a fraction mixes; where nothing is known at all the result is 0
 */
export function smoothFill(planes: Planes, known: Plane): Planes {
  const weights = [known];
  for (let finest = known; finest.width > 1 || finest.height > 1;) {
    finest = halveWeight(finest);
    weights.push(finest);
  }
  return mapPlanes(planes, (plane) => {
    const levels = [plane];
    for (const weight of weights.slice(0, -1)) levels.push(halveValue(levels.at(-1)!, weight));
    return levels.reduceRight((coarser, level, i) => fillFromCoarser(level, weights[i]!, coarser));
  });
}

/** What a coarser pixel knows: as much as its four pixels together, but no more than everything. */
function halveWeight(weight: Plane): Plane {
  const { data } = weight;
  return halve(weight, (a, b, c, d) => Math.min(1, data[a]! + data[b]! + data[c]! + data[d]!));
}

/** Mean of each 2×2 group, weighted by what is known of it; 0 where nothing is. */
function halveValue(plane: Plane, weight: Plane): Plane {
  const { data: v } = plane;
  const { data: w } = weight;
  return halve(plane, (a, b, c, d) => {
    const total = w[a]! + w[b]! + w[c]! + w[d]!;
    return total > 0 ? (v[a]! * w[a]! + v[b]! * w[b]! + v[c]! * w[c]! + v[d]! * w[d]!) / total : 0;
  });
}

/** A plane of half the sides, rounded up, from the indices of each 2×2 group; an odd border's pixels count twice. */
function halve(plane: Plane, value: (a: number, b: number, c: number, d: number) => number): Plane {
  const { width, height } = plane;
  const result = createPlane((width + 1) >> 1, (height + 1) >> 1);
  for (let y = 0, index = 0; y < height; y += 2) {
    const above = y * width;
    const below = Math.min(y + 1, height - 1) * width;
    for (let x = 0; x < width; x += 2) {
      const right = Math.min(x + 1, width - 1);
      result.data[index++] = value(above + x, above + right, below + x, below + right);
    }
  }
  return result;
}

/** weight · own + (1 − weight) · the coarser level, interpolated bilinearly. */
function fillFromCoarser(plane: Plane, weight: Plane, coarser: Plane): Plane {
  const { width, height } = plane;
  const data = new Float32Array(plane.data);
  for (let y = 0; y < height; y++) {
    // A pixel's centre lies a quarter of a coarse pixel before or after that of its parent.
    const near = (y >> 1) * coarser.width;
    const far = neighbour(y, coarser.height) * coarser.width;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const own = weight.data[i]!;
      if (own >= 1) continue;
      const nearX = x >> 1;
      const farX = neighbour(x, coarser.width);
      const smooth =
        0.75 * (0.75 * coarser.data[near + nearX]! + 0.25 * coarser.data[near + farX]!) +
        0.25 * (0.75 * coarser.data[far + nearX]! + 0.25 * coarser.data[far + farX]!);
      data[i] = own * data[i]! + (1 - own) * smooth;
    }
  }
  return { width, height, data };
}

/** The coarse pixel that lies on the other side of a fine pixel's centre than its parent. */
function neighbour(fine: number, coarseSize: number): number {
  const index = (fine >> 1) + ((fine & 1) === 0 ? -1 : 1);
  return Math.min(coarseSize - 1, Math.max(0, index));
}
