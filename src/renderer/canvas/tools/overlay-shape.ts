import type { Point, Rect } from '#shared/document/geometry';

/** Something drawn over the picture, in document coordinates; lines and handles keep their size on the screen. */
export type OverlayShape =
  /** `ants` march; `frame` is what one works on; `guide` shows what something sticks to. */
  | { readonly kind: 'line'; readonly points: readonly Point[]; readonly closed: boolean; readonly style: LineStyle }
  | { readonly kind: 'handle'; readonly at: Point }
  /** Darkens what of the document is outside a rectangle. */
  | { readonly kind: 'shade'; readonly around: Rect }
  /** Marks what of a rectangle is outside the document: there is nothing yet. */
  | { readonly kind: 'growth'; readonly rect: Rect }
  | { readonly kind: 'thirds'; readonly rect: Rect }
  /** A brush: its full size, and where it is still full. */
  | { readonly kind: 'brush'; readonly at: Point; readonly radius: number; readonly core: number }
  /** Numbers at the pointer. */
  | { readonly kind: 'label'; readonly at: Point; readonly text: string };

export type LineStyle = 'ants' | 'frame' | 'guide';

export function rectPoints({ x, y, width, height }: Rect): Point[] {
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}
