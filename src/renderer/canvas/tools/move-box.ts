import {
  apply,
  compose,
  invert,
  scaling,
  translation,
  type Point,
  type Rect,
  type Transform,
} from '#shared/document/geometry';
import { gripPoint, grips, isInside, nearestGrip, opposite, reachInside, type Grip } from './drag-rect.ts';
import type { MoveTarget, ToolContext } from './tool.ts';

/** The turned and stretched box around what is moved, and what pulling at its parts means. */

export type Box = Pick<MoveTarget, 'bounds' | 'toDocument'>;

export type BoxPart =
  | { readonly kind: 'grip'; readonly grip: Grip }
  /** Outside, near a corner. */
  | { readonly kind: 'turn' }
  | { readonly kind: 'body' };

/** How much further from a corner than the reach of its grip the box is turned; CSS pixels. */
const turnMargin = 18;

export function boxPartAt(
  { bounds, toDocument }: Box,
  point: Point,
  { zoom, gripReach }: Pick<ToolContext, 'zoom' | 'gripReach'>,
): BoxPart {
  const distanceTo = (grip: Grip): number => {
    const at = apply(toDocument, gripPoint(bounds, grip));
    return Math.hypot(at.x - point.x, at.y - point.y) * zoom;
  };
  const back = invert(toDocument);
  const isWithin = back !== null && isInside(bounds, apply(back, point));
  const { a, b, c, d } = toDocument;
  const onScreen = { width: bounds.width * Math.hypot(a, b) * zoom, height: bounds.height * Math.hypot(c, d) * zoom };
  const reach = isWithin ? reachInside(onScreen, gripReach) : gripReach;
  const grip = nearestGrip(reach, distanceTo);
  if (grip) return { kind: 'grip', grip };
  const isAtCorner = grips.some((each) => each.x !== 0 && each.y !== 0 && distanceTo(each) <= gripReach + turnMargin);
  return !isWithin && isAtCorner ? { kind: 'turn' } : { kind: 'body' };
}

export function boxCorners({ bounds, toDocument }: Box): Point[] {
  return [
    { x: bounds.x, y: bounds.y },
    { x: bounds.x + bounds.width, y: bounds.y },
    { x: bounds.x + bounds.width, y: bounds.y + bounds.height },
    { x: bounds.x, y: bounds.y + bounds.height },
  ].map((corner) => apply(toDocument, corner));
}

/**
 * What pulling a grip to a point does to the document: corners keep the shape unless `free`, sides stretch one way. The
 * opposite grip stays where it is, or the middle with `fromCentre`. Null where the box is flat.
 */
export function pullBox(
  { bounds, toDocument }: Box,
  grip: Grip,
  to: Point,
  { free, fromCentre }: { readonly free: boolean; readonly fromCentre: boolean },
): { readonly by: Transform; readonly scale: Point } | null {
  const back = invert(toDocument);
  if (!back || bounds.width === 0 || bounds.height === 0) return null;
  const anchor = gripPoint(bounds, fromCentre ? { x: 0, y: 0 } : opposite(grip));
  const from = gripPoint(bounds, grip);
  const way = { x: from.x - anchor.x, y: from.y - anchor.y };
  const pointer = apply(back, to);
  const pulled = { x: pointer.x - anchor.x, y: pointer.y - anchor.y };
  const along = (pulled.x * way.x + pulled.y * way.y) / (way.x * way.x + way.y * way.y);
  const isCorner = grip.x !== 0 && grip.y !== 0;
  const scale = {
    x: atLeast(grip.x === 0 ? 1 : isCorner && !free ? along : pulled.x / way.x, bounds.width),
    y: atLeast(grip.y === 0 ? 1 : isCorner && !free ? along : pulled.y / way.y, bounds.height),
  };
  return { by: compose(toDocument, compose(about(anchor, scaling(scale.x, scale.y)), back)), scale };
}

/** Nothing becomes narrower than a pixel, for it could not be pulled back. */
function atLeast(scale: number, size: number): number {
  const least = 1 / size;
  return Math.abs(scale) < least ? (scale < 0 ? -least : least) : scale;
}

/**
 * What turning the box around its middle from one point to another does to the document.
 * @param steps - in degrees: the box's own angle then is a multiple of it
 */
export function turnBox(
  { bounds, toDocument }: Box,
  from: Point,
  to: Point,
  steps: number | null,
): { readonly by: Transform; readonly degrees: number } {
  const centre = apply(toDocument, gripPoint(bounds, { x: 0, y: 0 }));
  const angleOf = (point: Point): number => Math.atan2(point.y - centre.y, point.x - centre.x);
  const own = toDegrees(Math.atan2(toDocument.b, toDocument.a));
  let degrees = toDegrees(angleOf(to) - angleOf(from));
  if (steps !== null) degrees = Math.round((own + degrees) / steps) * steps - own;
  return { by: about(centre, rotation(degrees)), degrees: normalised(degrees) };
}

export function rotation(degrees: number): Transform {
  const radians = (degrees * Math.PI) / 180;
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  return { a: cos, b: sin, c: -sin, d: cos, e: 0, f: 0 };
}

/** A map with another point as its origin. */
export function about({ x, y }: Point, map: Transform): Transform {
  return compose(translation(x, y), compose(map, translation(-x, -y)));
}

const toDegrees = (radians: number): number => (radians * 180) / Math.PI;

/** Between −180 and 180. */
const normalised = (degrees: number): number => ((((degrees + 180) % 360) + 360) % 360) - 180;

/** The cursor that points the way a grip can be pulled, turned with the box. */
export function boxGripCursor(
  { toDocument }: Box,
  { x, y }: Grip,
): 'ew-resize' | 'nwse-resize' | 'ns-resize' | 'nesw-resize' {
  const dx = toDocument.a * x + toDocument.c * y;
  const dy = toDocument.b * x + toDocument.d * y;
  const eighth = Math.round(toDegrees(Math.atan2(dy, dx)) / 45);
  return (['ew-resize', 'nwse-resize', 'ns-resize', 'nesw-resize'] as const)[((eighth % 4) + 4) % 4]!;
}

export function boundsOfPoints(points: readonly Point[]): Rect {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
