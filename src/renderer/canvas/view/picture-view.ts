import type Konva from 'konva';
import { intersectRect, isEmptyRect, unionRect, type Rect, type Transform } from '#shared/document/geometry';
import { blendModes } from '#shared/document/blend-mode';
import { emptyRect, grown } from '../pixels/surface.ts';
import type { Plate } from './plate.ts';
import { documentRect, onScreen, type Screen } from './screen.ts';

/** A picture that is shown over the document without being in it: a preview of a running job, a candidate. */
export interface Inset {
  readonly picture: InsetPicture;
  /** In document pixels; the picture is stretched to it. */
  readonly rect: Rect;
  /** What of it is seen, in document pixels: it may reach beyond the document, where that is to grow. */
  readonly within: Rect;
  /** 1 by default. */
  readonly opacity?: number;
}

export type InsetPicture = ImageBitmap | HTMLImageElement | OffscreenCanvas;

/** What the picture is made of at this moment, bottom first. */
export interface PictureContent {
  readonly plates: readonly { readonly plate: Plate; readonly by: Transform | null }[];
  readonly insets: readonly Inset[];
  /** Masks, over everything. */
  readonly tint: Plate | null;
  /** Shown instead of all that, left of a line across the view; `at` in CSS pixels. */
  readonly before: { readonly plate: Plate | null; readonly at: number } | null;
}

/**
 * Whether pixels are shown as squares. Where some of them would be half as wide again as their neighbours, they run into
 * one another.
 */
const hasSquarePixels = (zoom: number): boolean => zoom >= 4 || (zoom >= 2 && Number.isInteger(zoom));

/** The middle canvas: draws plates, and again only what has changed of them. */
export class PictureView {
  readonly #context: CanvasRenderingContext2D;
  #screen: Screen | null = null;
  #content: PictureContent = { plates: [], insets: [], tint: null, before: null };
  /** To be drawn again, in CSS pixels. */
  #dirty: Rect = emptyRect;
  #frame = 0;

  constructor(layer: Konva.Layer) {
    this.#context = layer.getNativeCanvasElement().getContext('2d')!;
  }

  /** Shows from another place, or other things; all of it is drawn again. */
  show(screen: Screen, content: PictureContent): void {
    this.#screen = screen;
    this.#content = content;
    this.invalidateAll();
  }

  invalidateAll(): void {
    if (this.#screen) this.#schedule({ x: 0, y: 0, ...this.#screen.view });
  }

  /** Some pixels of the document have changed. */
  invalidate(rect: Rect): void {
    if (this.#screen) this.#schedule(grown(onScreen(this.#screen, rect), 2));
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }

  #schedule(rect: Rect): void {
    this.#dirty = unionRect(this.#dirty, rect);
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    if (!this.#screen) return;
    const screen = this.#screen;
    const { pixelRatio, view, viewport } = screen;
    const dirty = intersectRect(wholePixels(this.#dirty, pixelRatio), { x: 0, y: 0, ...view });
    this.#dirty = emptyRect;
    if (isEmptyRect(dirty)) return;
    const context = this.#context;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.save();
    clipTo(context, dirty);
    context.clearRect(dirty.x, dirty.y, dirty.width, dirty.height);
    context.imageSmoothingEnabled = !hasSquarePixels(viewport.zoom);
    const { before } = this.#content;
    const paper = documentRect(screen);
    if (before) {
      this.#drawHalf({ x: 0, y: 0, width: before.at, height: view.height }, () =>
        this.#drawWithin(paper, () => before.plate?.draw(context)),
      );
      const right = { x: before.at, y: 0, width: view.width - before.at, height: view.height };
      this.#drawHalf(right, () => this.#drawContent());
    } else this.#drawHalf(null, () => this.#drawContent());
    context.restore();
  }

  #drawHalf(half: Rect | null, draw: () => void): void {
    const context = this.#context;
    context.save();
    if (half) clipTo(context, half);
    draw();
    context.restore();
  }

  /** Draws in document pixels, and nothing outside a rectangle of them. */
  #drawWithin(rect: Rect, draw: () => void): void {
    const context = this.#context;
    const screen = this.#screen!;
    const { x, y, zoom } = screen.viewport;
    context.save();
    clipTo(context, onScreen(screen, rect));
    context.translate(x, y);
    context.scale(zoom, zoom);
    draw();
    context.restore();
  }

  #drawContent(): void {
    const { insets, tint } = this.#content;
    const paper = documentRect(this.#screen!);
    this.#drawWithin(paper, () => this.#drawPlates());
    for (const inset of insets) this.#drawWithin(inset.within, () => this.#drawInset(inset));
    this.#drawWithin(paper, () => tint?.draw(this.#context));
  }

  #drawInset({ picture, rect: { x, y, width, height }, opacity = 1 }: Inset): void {
    const context = this.#context;
    context.globalAlpha = opacity;
    // A small picture that stands for a larger one is blurred rather than shown in blocks.
    if (picture.width < width) context.imageSmoothingEnabled = true;
    context.drawImage(picture, x, y, width, height);
  }

  #drawPlates(): void {
    const context = this.#context;
    const { plates } = this.#content;
    for (const { plate, by } of plates) {
      context.save();
      context.globalAlpha = plate.info.opacity;
      context.globalCompositeOperation = blendModes[plate.info.blend].canvas;
      if (by) context.transform(by.a, by.b, by.c, by.d, by.e, by.f);
      plate.draw(context);
      context.restore();
    }
  }
}

function clipTo(context: CanvasRenderingContext2D, { x, y, width, height }: Rect): void {
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
}

/** A rectangle widened to whole pixels of the screen: the edge of a clip must not run through one. */
function wholePixels({ x, y, width, height }: Rect, pixelRatio: number): Rect {
  const left = Math.floor(x * pixelRatio) / pixelRatio;
  const top = Math.floor(y * pixelRatio) / pixelRatio;
  return {
    x: left,
    y: top,
    width: Math.ceil((x + width) * pixelRatio) / pixelRatio - left,
    height: Math.ceil((y + height) * pixelRatio) / pixelRatio - top,
  };
}
