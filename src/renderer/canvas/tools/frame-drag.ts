import type { Point, Rect } from '#shared/document/geometry';
import { draggedRect, gripAt, gripPoint, heldGrip, isInside, pulledRect, type Grip } from './drag-rect.ts';
import type { Modifiers } from './tool.ts';

/** What a press on a frame with handles has begun. */
export type FrameDrag =
  | { readonly kind: 'pull'; readonly grip: Grip; readonly from: Point; readonly origin: Rect }
  | { readonly kind: 'shift'; readonly from: Point; readonly origin: Rect }
  | { readonly kind: 'draw'; readonly from: Point };

export function beginFrameDrag(frame: Rect, point: Point, reach: number): FrameDrag {
  const grip = gripAt(frame, point, reach);
  if (grip) return { kind: 'pull', grip, from: point, origin: frame };
  return isInside(frame, point) ? { kind: 'shift', from: point, origin: frame } : { kind: 'draw', from: point };
}

/** The frame as the pointer has dragged it. Shift keeps the shape, Alt the middle. */
export function dragFrame(drag: FrameDrag, to: Point, { shift, alt }: Modifiers, aspect: number | null): Rect {
  switch (drag.kind) {
    case 'pull': {
      const { grip, from, origin } = drag;
      const kept = aspect ?? (shift ? origin.width / origin.height : null);
      const held = heldGrip(to, from, gripPoint(origin, grip));
      return pulledRect(origin, grip, held, { aspect: kept, fromCentre: alt });
    }
    case 'shift': {
      const { x, y, width, height } = drag.origin;
      return { x: x + Math.round(to.x - drag.from.x), y: y + Math.round(to.y - drag.from.y), width, height };
    }
    case 'draw':
      return draggedRect(drag.from, to, { aspect: aspect ?? (shift ? 1 : null), fromCentre: alt });
  }
}
