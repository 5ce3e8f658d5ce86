import type { RasterLayer } from '#shared/document/layer';
import { whyNotPaintable, withLayer, type PixelTarget } from '../../document/pixel-edits.ts';
import type { Paint } from '../pixels/paint.ts';
import type { ToolSettings } from '../tools/tool-settings.ts';
import { paintFor, paintTarget, type ActiveLayer, type Painter } from './active-target.ts';
import type { PixelSession } from './pixel-session.ts';

interface PaintContext {
  readonly session: PixelSession;
  readonly active: () => ActiveLayer | null;
  readonly settings: () => ToolSettings;
  readonly newLayer: () => RasterLayer;
}

/** What is painted on, and with what. */
export interface PaintPlace {
  readonly active: ActiveLayer | null;
  readonly target: PixelTarget;
  readonly paint: Paint;
  /** The target, where it has yet to come: in one step with the paint. */
  readonly first: RasterLayer | null;
}

/**
 * Where painting goes: to the active layer, or in a document without any to a new one. A choice among layers is the
 * user's: where there are some and none is chosen, this says so.
 */
export function paintPlace(
  { session, active, settings, newLayer }: PaintContext,
  painter: Painter,
): PaintPlace | NonNullable<ReturnType<typeof whyNotPaintable>> {
  const addsPaint = painter === 'brush' || painter === 'fill';
  const first = addsPaint && session.document.order.length === 0 ? session.expectLayer(newLayer) : null;
  const document = first ? withLayer(session.document, first) : session.document;
  const on: ActiveLayer | null = first ? { layer: first.id, part: 'pixels' } : active();
  const target = paintTarget(document, on, painter);
  const refusal = whyNotPaintable(document, target);
  if (refusal || !target) return refusal ?? 'no-layer';
  return { active: on, target, paint: paintFor(document, on, painter, settings()), first };
}
