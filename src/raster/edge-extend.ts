import { distanceTo } from './distance.ts';
import { gaussianBlur, normalisedBlur } from './gaussian-blur.ts';
import { type Plane, type Planes, mapPlane, mapPlanes } from './plane.ts';

/**
 * Extends the known part over the unknown one: each unknown pixel takes the colour of the nearest known one, and the
 * streaks this makes are blurred, the more the farther they are from what is known, until `blurReachPx` away the blur
 * is at its full width; so is the edge that they start from, lest a thin line along it fill everything. Continuous at
 * the edge; nothing of the unknown colours shows. With nothing known the planes come back as they are.
 *
 * @param known - 1 is known, 0 is not
 */
export function extendEdges(planes: Planes, known: Plane, blurReachPx: number): Planes {
  const field = distanceTo(known);
  if (field.nearest[0] === -1) return planes;
  // Widths of blur to mix between: the reach of a Gaussian is about three σ.
  const sigmas = [0, 1 / 4, 1].map((part) => (part * blurReachPx) / 3);
  return mapPlanes(planes, (plane) => {
    const extended = sigmas.map((sigma) => {
      const edge = sigma === 0 ? plane.data : normalisedBlur(plane, known, sigma).value.data;
      return gaussianBlur(
        mapPlane(plane, (_, i) => edge[field.nearest[i]!]!),
        sigma,
      ).data;
    });
    return mapPlane(plane, (value, i) => {
      const distance = field.data[i]!;
      if (distance === 0) return value;
      const position = Math.min(1, distance / blurReachPx) * (sigmas.length - 1);
      const lower = Math.min(sigmas.length - 2, Math.floor(position));
      const share = position - lower;
      return extended[lower]![i]! * (1 - share) + extended[lower + 1]![i]! * share;
    });
  });
}
