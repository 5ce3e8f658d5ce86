import {
  apply,
  compose,
  identity,
  invert,
  scaling,
  translation,
  type Point,
  type Transform,
} from '#shared/document/geometry';
import { gripPoint } from './drag-rect.ts';
import { about, boundsOfPoints, boxCorners, rotation, type Box } from './move-box.ts';

/** Where the box around what is moved lies, in numbers a person can type. */
export interface BoxNumbers {
  /** Of its outermost points, in document pixels, however it is turned. */
  readonly x: number;
  readonly y: number;
  /** Along its own sides. */
  readonly width: number;
  readonly height: number;
  /** Clockwise, from −180 to 180. */
  readonly degrees: number;
}

/** Nothing becomes narrower than a pixel, for it could not be pulled back. */
const leastSide = 1;

export function boxNumbers(target: Box): BoxNumbers {
  const { a, b, c, d } = target.toDocument;
  const { x, y } = boundsOfPoints(boxCorners(target));
  const { width, height } = target.bounds;
  return {
    x,
    y,
    width: width * Math.hypot(a, b),
    height: height * Math.hypot(c, d),
    degrees: degreesOf({ a, b, c, d }),
  };
}

/**
 * What gives the box other numbers does to the document. Numbers that are not given stay; only turning, which is around
 * the middle, moves it.
 */
export function placeBox(target: Box, wanted: Partial<BoxNumbers>): Transform {
  const now = boxNumbers(target);
  const stretched = stretching(target, now, wanted);
  const isTurned = wanted.degrees !== undefined && wanted.degrees !== now.degrees;
  const turned = isTurned
    ? compose(about(middleOf(moved(target, stretched)), rotation(wanted.degrees - now.degrees)), stretched)
    : stretched;
  const placed = boundsOfPoints(boxCorners(moved(target, turned)));
  const x = wanted.x ?? (isTurned ? placed.x : now.x);
  const y = wanted.y ?? (isTurned ? placed.y : now.y);
  return compose(translation(x - placed.x, y - placed.y), turned);
}

function stretching(target: Box, now: BoxNumbers, { width = now.width, height = now.height }: Partial<BoxNumbers>) {
  const back = invert(target.toDocument);
  if (!back || (width === now.width && height === now.height)) return identity;
  const { x, y } = target.bounds;
  const scale = scaling(Math.max(leastSide, width) / now.width, Math.max(leastSide, height) / now.height);
  return compose(target.toDocument, compose(about({ x, y }, scale), back));
}

const moved = ({ bounds, toDocument }: Box, by: Transform): Box => ({
  bounds,
  toDocument: compose(by, toDocument),
});

const middleOf = ({ bounds, toDocument }: Box): Point => apply(toDocument, gripPoint(bounds, { x: 0, y: 0 }));

/** A mirrored box counts as mirrored along the axis that leaves it least turned: turned it would be by half a circle. */
function degreesOf({ a, b, c, d }: Pick<Transform, 'a' | 'b' | 'c' | 'd'>): number {
  const degrees = (Math.atan2(b, a) * 180) / Math.PI;
  const isMirrored = a * d - b * c < 0;
  if (!isMirrored || Math.abs(degrees) <= 90) return degrees;
  return degrees > 0 ? degrees - 180 : degrees + 180;
}
