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
  const nearest = (plane: Plane) => mapPlane(plane, (_, i) => plane.data[field.nearest[i]!]!);
  // Versions to mix between, each blurred more widely; the reach of a Gaussian is about three σ.
  const versions = [0, 1 / 4, 1].map((part) => {
    const sigma = (part * blurReachPx) / 3;
    const edge = sigma === 0 ? planes : normalisedBlur(planes, known, sigma);
    return mapPlanes(edge, (plane) => gaussianBlur(nearest(plane), sigma));
  });
  return mapPlanes(planes, (plane, channel) =>
    mapPlane(plane, (value, i) => {
      const distance = field.data[i]!;
      if (distance === 0) return value;
      const position = Math.min(1, distance / blurReachPx) * (versions.length - 1);
      const lower = Math.min(versions.length - 2, Math.floor(position));
      const share = position - lower;
      return versions[lower]![channel].data[i]! * (1 - share) + versions[lower + 1]![channel].data[i]! * share;
    }),
  );
}
