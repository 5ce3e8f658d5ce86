import Konva from 'konva';
import type { Dispose } from '#base/disposable';
import { identity, type Transform } from '#shared/document/geometry';
import type { Segments } from '../pixels/outline.ts';
import type { Screen } from './screen.ts';

/** Width of the stripes that march, in CSS pixels. */
const stripe = 4;
const stepMs = 125;
/** More pieces than this are drawn, but do not march: it would keep the machine busy for nothing. */
const mostMarching = 20_000;

/** The canvas of marching ants: the outline of the selection, in stripes that read on every colour. */
export class AntsView {
  readonly #layer: Konva.Layer;
  readonly #canMarch: () => boolean;
  #screen: Screen | null = null;
  #path: Path2D | null = null;
  #pieces = 0;
  #level = 0;
  #by: Transform = identity;
  #phase = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param canMarch - false while the window is hidden, or motion is not wanted */
  constructor(layer: Konva.Layer, canMarch: () => boolean) {
    this.#layer = layer;
    this.#canMarch = canMarch;
    layer.add(
      new Konva.Shape({
        listening: false,
        perfectDrawEnabled: false,
        sceneFunc: (context) => this.#draw(context._context),
      }),
    );
  }

  show(screen: Screen): void {
    this.#screen = screen;
    if (this.#path) this.#layer.batchDraw();
  }

  setOutline(level: number, segments: Segments): void {
    this.#path = segments.length === 0 ? null : pathOf(segments);
    this.#pieces = segments.length / 4;
    this.#level = level;
    this.#by = identity;
    // A canvas without anything on it costs nothing only while it is not there.
    this.#layer.visible(this.#path !== null);
    this.#layer.batchDraw();
    this.updateMarching();
  }

  /** Moves the outline along with what is in the hand, until it is told anew. */
  moveBy(by: Transform): void {
    this.#by = by;
    if (this.#path) this.#layer.batchDraw();
  }

  /** To be called whenever it may have changed whether the ants can march. */
  updateMarching(): void {
    const marches = this.#path !== null && this.#pieces <= mostMarching && this.#canMarch();
    if (marches && this.#timer === undefined) {
      this.#timer = setInterval(() => {
        this.#phase = (this.#phase + 1) % (2 * stripe);
        this.#layer.batchDraw();
      }, stepMs);
    } else if (!marches) this.#stop();
  }

  readonly dispose: Dispose = () => this.#stop();

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #draw(context: CanvasRenderingContext2D): void {
    if (!this.#screen || !this.#path) return;
    const { viewport } = this.#screen;
    context.save();
    context.translate(viewport.x, viewport.y);
    context.scale(viewport.zoom, viewport.zoom);
    const { a, b, c, d, e, f } = this.#by;
    context.transform(a, b, c, d, e, f);
    context.scale(2 ** this.#level, 2 ** this.#level);
    const scale = viewport.zoom * 2 ** this.#level * Math.sqrt(Math.abs(a * d - b * c));
    strokeAnts(context, this.#path, 1 / scale, this.#phase);
    context.restore();
  }
}

/**
 * Strokes a path in diagonal stripes of the screen, whatever the context's transform.
 * @param width - of a CSS pixel, in the path's units
 */
export function strokeAnts(context: CanvasRenderingContext2D, path: Path2D, width: number, phase: number): void {
  const pattern = context.createPattern(stripes(), 'repeat')!;
  pattern.setTransform(context.getTransform().inverse().translate(phase, 0));
  context.save();
  context.lineWidth = width;
  context.strokeStyle = pattern;
  // Lines run between pixels: half a pixel aside they are sharp.
  context.translate(width / 2, width / 2);
  context.stroke(path);
  context.restore();
}

let stripesCanvas: OffscreenCanvas | undefined;

function stripes(): OffscreenCanvas {
  if (stripesCanvas) return stripesCanvas;
  const side = 2 * stripe;
  stripesCanvas = new OffscreenCanvas(side, side);
  const context = stripesCanvas.getContext('2d')!;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      context.fillStyle = (x + y) % side < stripe ? '#000000' : '#ffffff';
      context.fillRect(x, y, 1, 1);
    }
  }
  return stripesCanvas;
}

function pathOf(segments: Segments): Path2D {
  const path = new Path2D();
  for (let i = 0; i < segments.length; i += 4) {
    path.moveTo(segments[i]!, segments[i + 1]!);
    path.lineTo(segments[i + 2]!, segments[i + 3]!);
  }
  return path;
}
