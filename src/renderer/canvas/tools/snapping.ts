import type { Point, Rect } from '#shared/document/geometry';

export interface Snap {
  /** How much further the rectangle has to move. */
  readonly by: Point;
  /** What it sticks to: upright lines at these places, and level ones. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** Finds what a moved rectangle's edges and middle stick to: the edges and middles of others within reach. */
export function snapRect(rect: Rect, others: readonly Rect[], reach: number): Snap {
  const x = snapSpan(
    stops(rect.x, rect.width),
    others.flatMap((other) => stops(other.x, other.width)),
    reach,
  );
  const y = snapSpan(
    stops(rect.y, rect.height),
    others.flatMap((other) => stops(other.y, other.height)),
    reach,
  );
  return { by: { x: x.by, y: y.by }, xs: x.at, ys: y.at };
}

/** Finds what an edge that is pulled to `at` sticks to, upright (`x`) or level (`y`); null where nothing is near. */
export function snapEdge(axis: 'x' | 'y', at: number, others: readonly Rect[], reach: number): number | null {
  const size = axis === 'x' ? 'width' : 'height';
  const places = others.flatMap((other) => stops(other[axis], other[size]));
  const nearest = places.reduce((best, place) => (Math.abs(place - at) < Math.abs(best - at) ? place : best), Infinity);
  return Math.abs(nearest - at) <= reach ? nearest : null;
}

const stops = (start: number, size: number): number[] => [start, start + size / 2, start + size];

function snapSpan(own: readonly number[], others: readonly number[], reach: number): { by: number; at: number[] } {
  let by = Infinity;
  for (const stop of own) for (const other of others) if (Math.abs(other - stop) < Math.abs(by)) by = other - stop;
  if (Math.abs(by) > reach) return { by: 0, at: [] };
  const moved = own.map((stop) => stop + by);
  return { by, at: [...new Set(others.filter((other) => moved.some((stop) => Math.abs(stop - other) < 0.01)))] };
}
