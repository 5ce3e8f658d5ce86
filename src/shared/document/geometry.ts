import { z } from 'zod';

/** Whole pixels; `x` and `y` may be negative. */
export const zRect = z
  .strictObject({ x: z.int(), y: z.int(), width: z.int().min(0), height: z.int().min(0) })
  .readonly();
export type Rect = z.infer<typeof zRect>;

/**
 * An affine map from a layer's own pixels to its parent's: `x' = a·x + c·y + e`, `y' = b·x + d·y + f`, the order of
 * canvas, SVG and PDF.
 */
export const zTransform = z
  .strictObject({ a: z.number(), b: z.number(), c: z.number(), d: z.number(), e: z.number(), f: z.number() })
  .readonly();
export type Transform = z.infer<typeof zTransform>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const identity: Transform = Object.freeze({ a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 });

export const translation = (x: number, y: number): Transform => ({ ...identity, e: x, f: y });

export const scaling = (x: number, y: number): Transform => ({ ...identity, a: x, d: y });

/** First `inner`, then `outer`. */
export function compose(outer: Transform, inner: Transform): Transform {
  return {
    a: outer.a * inner.a + outer.c * inner.b,
    b: outer.b * inner.a + outer.d * inner.b,
    c: outer.a * inner.c + outer.c * inner.d,
    d: outer.b * inner.c + outer.d * inner.d,
    e: outer.a * inner.e + outer.c * inner.f + outer.e,
    f: outer.b * inner.e + outer.d * inner.f + outer.f,
  };
}

/** The map back, or null where the map flattens everything onto a line. */
export function invert(transform: Transform): Transform | null {
  const { a, b, c, d, e, f } = transform;
  const determinant = a * d - b * c;
  if (determinant === 0 || !Number.isFinite(1 / determinant)) return null;
  return {
    a: d / determinant,
    b: -b / determinant,
    c: -c / determinant,
    d: a / determinant,
    e: (c * f - d * e) / determinant,
    f: (b * e - a * f) / determinant,
  };
}

export function apply(transform: Transform, point: Point): Point {
  return {
    x: transform.a * point.x + transform.c * point.y + transform.e,
    y: transform.b * point.x + transform.d * point.y + transform.f,
  };
}

/** Whether pixels stay pixels: a move by whole pixels and nothing else, so nothing is resampled. */
export function isWholePixelMove({ a, b, c, d, e, f }: Transform): boolean {
  return a === 1 && b === 0 && c === 0 && d === 1 && Number.isInteger(e) && Number.isInteger(f);
}

/** The smallest whole-pixel rectangle around a transformed rectangle. */
export function transformedBounds(transform: Transform, rect: Rect): Rect {
  if (isEmptyRect(rect)) return { x: 0, y: 0, width: 0, height: 0 };
  const right = rect.x + rect.width;
  const bottom = rect.y + rect.height;
  const corners = [
    apply(transform, rect),
    apply(transform, { x: right, y: rect.y }),
    apply(transform, { x: rect.x, y: bottom }),
    apply(transform, { x: right, y: bottom }),
  ];
  const xs = corners.map((corner) => corner.x);
  const ys = corners.map((corner) => corner.y);
  const x = Math.floor(Math.min(...xs));
  const y = Math.floor(Math.min(...ys));
  return { x, y, width: Math.ceil(Math.max(...xs)) - x, height: Math.ceil(Math.max(...ys)) - y };
}

export const isEmptyRect = (rect: Rect): boolean => rect.width === 0 || rect.height === 0;

/** The smallest rectangle around both; an empty one adds nothing. */
export function unionRect(one: Rect, other: Rect): Rect {
  if (isEmptyRect(one)) return other;
  if (isEmptyRect(other)) return one;
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(one.x + one.width, other.x + other.width) - x,
    height: Math.max(one.y + one.height, other.y + other.height) - y,
  };
}

/** What both have in common, empty where they do not meet. */
export function intersectRect(one: Rect, other: Rect): Rect {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(one.x + one.width, other.x + other.width) - x),
    height: Math.max(0, Math.min(one.y + one.height, other.y + other.height) - y),
  };
}
