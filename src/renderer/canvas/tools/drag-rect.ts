import type { Point, Rect } from '#shared/document/geometry';

/** The whole-pixel rectangle between two points. */
export function rectBetween(one: Point, other: Point): Rect {
  const x = Math.round(Math.min(one.x, other.x));
  const y = Math.round(Math.min(one.y, other.y));
  return { x, y, width: Math.round(Math.max(one.x, other.x)) - x, height: Math.round(Math.max(one.y, other.y)) - y };
}

/**
 * The rectangle that a drag from one point to another means: with an aspect (width by height) the longer side rules, and
 * `fromCentre` makes the first point the middle.
 */
export function draggedRect(
  from: Point,
  to: Point,
  { aspect = null, fromCentre = false }: { readonly aspect?: number | null; readonly fromCentre?: boolean } = {},
): Rect {
  let width = Math.abs(to.x - from.x);
  let height = Math.abs(to.y - from.y);
  if (aspect !== null) {
    width = Math.max(width, height * aspect);
    height = width / aspect;
  }
  const dx = to.x < from.x ? -width : width;
  const dy = to.y < from.y ? -height : height;
  const start = fromCentre ? { x: from.x - dx, y: from.y - dy } : from;
  return rectBetween(start, { x: from.x + dx, y: from.y + dy });
}

/** A side or corner of a rectangle: −1, 0 or 1 along each axis. */
export interface Grip {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

/** Corners first: where two are as near, a corner is what one wants. */
export const grips: readonly Grip[] = [
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 1 },
  { x: -1, y: 1 },
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
];

export const opposite = ({ x, y }: Grip): Grip => ({ x: (0 - x) as Grip['x'], y: (0 - y) as Grip['y'] });

export function gripPoint({ x, y, width, height }: Rect, grip: Grip): Point {
  return { x: x + (width * (grip.x + 1)) / 2, y: y + (height * (grip.y + 1)) / 2 };
}

/** The grip within reach of a point, if any. */
export function gripAt(rect: Rect, point: Point, reach: number): Grip | undefined {
  const near = isInside(rect, point) ? reachInside(rect, reach) : reach;
  return nearestGrip(near, (grip) => {
    const at = gripPoint(rect, grip);
    return Math.max(Math.abs(at.x - point.x), Math.abs(at.y - point.y));
  });
}

export function nearestGrip(reach: number, distanceTo: (grip: Grip) => number): Grip | undefined {
  const distances = grips.map(distanceTo);
  const least = Math.min(...distances);
  return least <= reach ? grips[distances.indexOf(least)] : undefined;
}

/** Where a grip is while it is pulled: as far from the pointer as it was when that took it. */
export function heldGrip(to: Point, from: Point, grip: Point): Point {
  return { x: to.x - from.x + grip.x, y: to.y - from.y + grip.y };
}

/** However small a rectangle is, and however large the finger: its middle is left free to move it by. */
export function reachInside({ width, height }: Pick<Rect, 'width' | 'height'>, reach: number): number {
  return Math.min(reach, width / 4, height / 4);
}

/** The rectangle with one grip pulled to a point; no side becomes shorter than a pixel. */
export function pulledRect(
  rect: Rect,
  grip: Grip,
  to: Point,
  { aspect = null, fromCentre = false }: { readonly aspect?: number | null; readonly fromCentre?: boolean } = {},
): Rect {
  const pull = (start: number, size: number, side: -1 | 0 | 1, target: number): [number, number] => {
    if (side === 0) return [start, start + size];
    const middle = start + size / 2;
    if (fromCentre) {
      const half = Math.max(0.5, side * (target - middle));
      return [middle - half, middle + half];
    }
    return side < 0 ? [Math.min(target, start + size - 1), start + size] : [start, Math.max(target, start + 1)];
  };
  let [left, right] = pull(rect.x, rect.width, grip.x, to.x);
  let [top, bottom] = pull(rect.y, rect.height, grip.y, to.y);
  if (aspect !== null) {
    const width =
      grip.x === 0 ? (bottom - top) * aspect : Math.max(right - left, grip.y === 0 ? 0 : (bottom - top) * aspect);
    [left, right] = resized(left, right, fromCentre ? 0 : grip.x, width);
    [top, bottom] = resized(top, bottom, fromCentre ? 0 : grip.y, width / aspect);
  }
  return rectBetween({ x: left, y: top }, { x: right, y: bottom });
}

/** A span made `size` long by moving its end on `side`, or both ends where that is 0. */
function resized(start: number, end: number, side: number, size: number): [number, number] {
  if (side > 0) return [start, start + size];
  if (side < 0) return [end - size, end];
  const middle = (start + end) / 2;
  return [middle - size / 2, middle + size / 2];
}

export function isInside({ x, y, width, height }: Rect, point: Point): boolean {
  return point.x >= x && point.y >= y && point.x < x + width && point.y < y + height;
}

/** The cursor for pulling a grip, as long as nothing is turned. */
export function gripCursor({ x, y }: Grip): 'ew-resize' | 'ns-resize' | 'nwse-resize' | 'nesw-resize' {
  if (x === 0) return 'ns-resize';
  if (y === 0) return 'ew-resize';
  return x === y ? 'nwse-resize' : 'nesw-resize';
}
