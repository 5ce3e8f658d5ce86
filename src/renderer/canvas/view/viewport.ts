import type { Point, Rect } from '#shared/document/geometry';

/** Sizes in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the document is on the screen: its top left corner, in CSS pixels, and CSS pixels for each of its own. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const zoomLimits = { least: 0.02, most: 32 } as const;

/** Where zooming comes to rest for a moment. */
const restingZooms = [0.25, 0.5, 1, 2, 3, 4, 5] as const;
/** How near to those, as a part of them. */
const restReach = 0.02;
/** For keys and the zoom tool. */
const zoomSteps = [
  0.02, 0.03, 0.05, 0.07, 0.1, 0.125, 0.1667, 0.25, 0.3333, 0.5, 0.6667, 1, 1.5, 2, 3, 4, 5, 8, 12, 16, 24, 32,
];
/** Free space around a document that is fitted in: as a part of the shorter side of the view, and at most in pixels. */
const fitPadding = { part: 0.06, most: 48 } as const;
/** The document cannot be pushed further out than that this much of it, or of the view, is left. */
const leastInView = 64;
const zoomPerWheelPixel = 0.999;

export function toDocument({ x, y, zoom }: Viewport, screen: Point): Point {
  return { x: (screen.x - x) / zoom, y: (screen.y - y) / zoom };
}

export function toScreen({ x, y, zoom }: Viewport, point: Point): Point {
  return { x: point.x * zoom + x, y: point.y * zoom + y };
}

/** The document pixels that are in view, at least in part. */
export function visibleRect(viewport: Viewport, view: Size): Rect {
  const start = toDocument(viewport, { x: 0, y: 0 });
  const end = toDocument(viewport, { x: view.width, y: view.height });
  const x = Math.floor(start.x);
  const y = Math.floor(start.y);
  return { x, y, width: Math.ceil(end.x) - x, height: Math.ceil(end.y) - y };
}

/** Another zoom, with the document pixel under a point of the screen staying there. */
export function zoomAt(viewport: Viewport, screen: Point, zoom: number): Viewport {
  const limited = Math.min(zoomLimits.most, Math.max(zoomLimits.least, zoom));
  const at = toDocument(viewport, screen);
  return { x: screen.x - at.x * limited, y: screen.y - at.y * limited, zoom: limited };
}

/**
 * Zooming by a wheel. `intended` is where the wheel has turned to; what is shown rests near round values until it has
 * turned past them.
 */
export function wheelZoom(intended: number, deltaPx: number): { readonly intended: number; readonly zoom: number } {
  const next = Math.min(zoomLimits.most, Math.max(zoomLimits.least, intended * zoomPerWheelPixel ** deltaPx));
  const rest = restingZooms.find((zoom) => Math.abs(next / zoom - 1) < restReach);
  return { intended: next, zoom: rest ?? next };
}

export function steppedZoom(zoom: number, direction: 'in' | 'out'): number {
  const further =
    direction === 'in'
      ? zoomSteps.find((each) => each > zoom * 1.001)
      : zoomSteps.findLast((each) => each < zoom * 0.999);
  return further ?? (direction === 'in' ? zoomLimits.most : zoomLimits.least);
}

/** The viewport that shows a rectangle whole, in the middle and as large as there is room. */
export function fitted(rect: Rect, view: Size): Viewport {
  const padding = Math.min(fitPadding.most, Math.round(fitPadding.part * Math.min(view.width, view.height)));
  const room = { width: Math.max(1, view.width - 2 * padding), height: Math.max(1, view.height - 2 * padding) };
  const most = Math.min(room.width / rect.width, room.height / rect.height);
  const zoom = Math.min(zoomLimits.most, Math.max(zoomLimits.least, most));
  return centred(rect, view, zoom);
}

const centred = (rect: Rect, view: Size, zoom: number): Viewport => ({
  x: (view.width - rect.width * zoom) / 2 - rect.x * zoom,
  y: (view.height - rect.height * zoom) / 2 - rect.y * zoom,
  zoom,
});

/**
 * What was fitted into a view, when the view has another size: as large as before while all of it has room, so that what
 * opens beside the view does not make it jump.
 */
export function refitted({ zoom }: Viewport, rect: Rect, view: Size): Viewport {
  const hasRoom = rect.width * zoom <= view.width && rect.height * zoom <= view.height;
  const fit = fitted(rect, view);
  return hasRoom && zoom > fit.zoom ? centred(rect, view, zoom) : fit;
}

/** The viewport with the document not quite out of view, and its pixels on those of the screen. */
export function settled(viewport: Viewport, document: Size, view: Size, pixelRatio: number): Viewport {
  const limit = (at: number, size: number, room: number): number => {
    const left = Math.min(leastInView, size, room);
    const limited = Math.min(room - left, Math.max(left - size, at));
    return Math.round(limited * pixelRatio) / pixelRatio;
  };
  const { zoom } = viewport;
  return {
    x: limit(viewport.x, document.width * zoom, view.width),
    y: limit(viewport.y, document.height * zoom, view.height),
    zoom,
  };
}

/** On the way from one viewport to another; `t` goes from 0 to 1. The zoom changes evenly to the eye. */
export function between(from: Viewport, to: Viewport, t: number): Viewport {
  const zoom = from.zoom * (to.zoom / from.zoom) ** t;
  const share = from.zoom === to.zoom ? t : (zoom - from.zoom) / (to.zoom - from.zoom);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, zoom };
}

/** The level whose pixels are nearest to the screen's without being larger; see `pixels/pyramid.ts`. */
export function levelFor(zoom: number, pixelRatio: number): number {
  return Math.max(0, Math.floor(Math.log2(1 / (zoom * pixelRatio)) + 1e-6));
}
