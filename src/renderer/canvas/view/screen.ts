import type { Rect } from '#shared/document/geometry';
import type { Size, Viewport } from './viewport.ts';

/** Everything one needs to know to draw on the view. */
export interface Screen {
  readonly viewport: Viewport;
  /** Of the view, in CSS pixels. */
  readonly view: Size;
  readonly pixelRatio: number;
  readonly document: Size;
}

/** A rectangle of the document in CSS pixels, its edges on whole pixels of the screen. */
export function onScreen({ viewport, pixelRatio }: Screen, { x, y, width, height }: Rect): Rect {
  const snap = (value: number): number => Math.round(value * pixelRatio) / pixelRatio;
  const left = snap(viewport.x + x * viewport.zoom);
  const top = snap(viewport.y + y * viewport.zoom);
  return {
    x: left,
    y: top,
    width: snap(viewport.x + (x + width) * viewport.zoom) - left,
    height: snap(viewport.y + (y + height) * viewport.zoom) - top,
  };
}

export const documentRect = ({ document }: Screen): Rect => ({
  x: 0,
  y: 0,
  width: document.width,
  height: document.height,
});
