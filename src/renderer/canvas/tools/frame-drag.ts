import type { Point, Rect } from '#shared/document/geometry';
import { draggedRect, gripAt, isInside, pulledRect, type Grip } from './drag-rect.ts';
import type { Modifiers } from './tool.ts';

/** What a press on a frame with handles has begun. */
export type FrameDrag =
  | { readonly kind: 'pull'; readonly grip: Grip; readonly origin: Rect }
  | { readonly kind: 'shift'; readonly from: Point; readonly origin: Rect }
  | { readonly kind: 'draw'; readonly from: Point };

/** How near a handle counts as on it; CSS pixels. */
export const gripReach = 8;

export function beginFrameDrag(frame: Rect, point: Point, zoom: number): FrameDrag {
  const grip = gripAt(frame, point, gripReach / zoom);
  if (grip) return { kind: 'pull', grip, origin: frame };
  return isInside(frame, point) ? { kind: 'shift', from: point, origin: frame } : { kind: 'draw', from: point };
}

/** The frame as the pointer has dragged it. Shift keeps the shape, Alt the middle. */
export function dragFrame(drag: FrameDrag, to: Point, { shift, alt }: Modifiers, aspect: number | null): Rect {
  switch (drag.kind) {
    case 'pull': {
      const { width, height } = drag.origin;
      const kept = aspect ?? (shift ? width / height : null);
      return pulledRect(drag.origin, drag.grip, to, { aspect: kept, fromCentre: alt });
    }
    case 'shift': {
      const { x, y, width, height } = drag.origin;
      return { x: x + Math.round(to.x - drag.from.x), y: y + Math.round(to.y - drag.from.y), width, height };
    }
    case 'draw':
      return draggedRect(drag.from, to, { aspect: aspect ?? (shift ? 1 : null), fromCentre: alt });
  }
}
