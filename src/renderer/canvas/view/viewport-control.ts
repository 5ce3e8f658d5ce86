import { unionRect, type Point, type Rect } from '#shared/document/geometry';
import type { Pinch } from './fingers.ts';
import type { Screen } from './screen.ts';
import {
  between,
  fitted,
  refitted,
  settled,
  steppedZoom,
  wheelZoom,
  zoomAt,
  zoomLimits,
  type Size,
  type Viewport,
} from './viewport.ts';

const glideMs = 150;

/** Holds the viewport and moves it: at once under the hand, in a short glide for commands. */
export class ViewportControl {
  readonly #onChange: () => void;
  readonly #reducedMotion: () => boolean;
  /** The smallest until there is a view to fit into. */
  #viewport: Viewport = { x: 0, y: 0, zoom: zoomLimits.least };
  #document: Size;
  #frameRect: Rect | null = null;
  #view: Size = { width: 1, height: 1 };
  #pixelRatio = 1;
  /** Where the wheel has turned to; see `wheelZoom`. */
  #intendedZoom = 1;
  /** Until somebody pans or zooms, the document stays fitted in. */
  #isFitted = true;
  #frame = 0;
  #pinchedFrom: Viewport = this.#viewport;

  constructor(document: Size, options: { readonly onChange: () => void; readonly reducedMotion: () => boolean }) {
    this.#document = document;
    this.#onChange = options.onChange;
    this.#reducedMotion = options.reducedMotion;
  }

  get screen(): Screen {
    return { viewport: this.#viewport, view: this.#view, pixelRatio: this.#pixelRatio, document: this.#document };
  }

  /** Another size of the document. What was in it stays where it is on the screen, as far as it has only moved. */
  setDocument(document: Size, shift: Point | null): void {
    this.#document = document;
    const { x, y, zoom } = this.#viewport;
    if (this.#isFitted || !shift) this.#go(this.#fitted());
    else this.#go({ x: x - shift.x * zoom, y: y - shift.y * zoom, zoom });
  }

  /** Where the document shall grow to: fitting shows that too. */
  setFrame(frame: Rect | null): void {
    this.#frameRect = frame;
    if (this.#isFitted) this.#glideTo(this.#fitted());
  }

  setView(view: Size, pixelRatio: number): void {
    this.#view = view;
    this.#pixelRatio = pixelRatio;
    this.#go(this.#isFitted ? refitted(this.#viewport, this.#framed, view) : this.#viewport);
  }

  panBy({ x, y }: Point): void {
    this.#isFitted = false;
    this.#go({ ...this.#viewport, x: this.#viewport.x + x, y: this.#viewport.y + y });
  }

  /** A turn of the wheel over a point of the view. */
  turnWheel(at: Point, deltaPx: number): void {
    this.#isFitted = false;
    const { intended, zoom } = wheelZoom(this.#intendedZoom, deltaPx);
    this.#go(zoomAt(this.#viewport, at, zoom));
    this.#intendedZoom = intended;
  }

  /** Two fingers have come down: what they do counts from here. */
  beginPinch(): void {
    this.#pinchedFrom = this.#viewport;
  }

  /** The middle between two fingers has moved, and they have moved apart or together, since the pinch began. */
  pinch({ from, to, scale }: Pinch): void {
    this.#isFitted = false;
    const { x, y, zoom } = zoomAt(this.#pinchedFrom, from, this.#pinchedFrom.zoom * scale);
    this.#go({ x: x + to.x - from.x, y: y + to.y - from.y, zoom });
  }

  step(direction: 'in' | 'out', at: Point = this.#middle()): void {
    this.zoomTo(steppedZoom(this.#viewport.zoom, direction), at);
  }

  zoomTo(zoom: number, at: Point = this.#middle()): void {
    this.#isFitted = false;
    this.#glideTo(zoomAt(this.#viewport, at, zoom));
  }

  /** Fills the view with a rectangle of the document. */
  show(rect: Rect): void {
    if (rect.width === 0 || rect.height === 0) return;
    this.#isFitted = false;
    this.#glideTo(fitted(rect, this.#view));
  }

  fit(): void {
    this.#isFitted = true;
    this.#glideTo(this.#fitted());
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }

  #fitted(): Viewport {
    return fitted(this.#framed, this.#view);
  }

  /** What is fitted in. */
  get #framed(): Rect {
    const { width, height } = this.#document;
    const paper = { x: 0, y: 0, width, height };
    return this.#frameRect ? unionRect(paper, this.#frameRect) : paper;
  }

  #middle(): Point {
    return { x: this.#view.width / 2, y: this.#view.height / 2 };
  }

  #go(viewport: Viewport): void {
    cancelAnimationFrame(this.#frame);
    this.#set(viewport);
  }

  #set(viewport: Viewport): void {
    this.#viewport = settled(viewport, this.#document, this.#view, this.#pixelRatio);
    this.#intendedZoom = viewport.zoom;
    this.#onChange();
  }

  #glideTo(to: Viewport): void {
    cancelAnimationFrame(this.#frame);
    if (this.#reducedMotion()) {
      this.#set(to);
      return;
    }
    const from = this.#viewport;
    const startMs = performance.now();
    const advance = (nowMs: number): void => {
      const t = Math.min(1, Math.max(0, (nowMs - startMs) / glideMs));
      this.#set(between(from, to, 1 - (1 - t) ** 3));
      if (t < 1) this.#frame = requestAnimationFrame(advance);
    };
    this.#frame = requestAnimationFrame(advance);
  }
}
