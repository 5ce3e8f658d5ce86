import type { Document } from '#shared/document/document';
import type { Point } from '#shared/document/geometry';

/**
 * How far everything in a document has moved when it got another frame (cropped, widened, or either undone); null where
 * it did not simply move.
 */
export function contentShift(before: Document, after: Document): Point | null {
  let shift: Point | null = null;
  for (const id of after.order) {
    const [old, now] = [before.layers[id]?.transform, after.layers[id]?.transform];
    if (!old || !now) continue;
    if (old.a !== now.a || old.b !== now.b || old.c !== now.c || old.d !== now.d) return null;
    const own = { x: now.e - old.e, y: now.f - old.f };
    if (shift && (shift.x !== own.x || shift.y !== own.y)) return null;
    shift = own;
  }
  return shift;
}
