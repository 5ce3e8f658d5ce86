import Konva from 'konva';
import { assertNever } from '#base/assert';
import { intersectRect, type Point, type Rect } from '#shared/document/geometry';
import { rectPoints, type LineStyle, type OverlayShape } from '../tools/overlay-shape.ts';
import { strokeAnts } from './ants-view.ts';
import { documentRect, onScreen, type Screen } from './screen.ts';
import type { CanvasTheme } from './theme.ts';
import { toScreen } from './viewport.ts';

/** How far a job is: a thin edge around what it changes, and a line below that is filled as far. */
export interface Progress {
  readonly rect: Rect;
  /** 0 to 1; null while it is unknown. */
  readonly part: number | null;
}

/** What a running job, or a comparison, shows over the picture. */
export interface OverlayExtras {
  readonly progress: Progress | null;
  /** The line between before and after, in CSS pixels from the left. */
  readonly splitAt: number | null;
}

const handleSide = 8;
/** Where a label is, from the pointer. */
const labelOffset = { x: 16, y: 20 };
const labelPadding = { x: 6, y: 4 };

/** The top canvas: frames, handles, the brush's ring, numbers. It draws what tools describe, and asks nothing back. */
export class OverlayView {
  readonly #layer: Konva.Layer;
  readonly #theme: CanvasTheme;
  #screen: Screen | null = null;
  #shapes: readonly OverlayShape[] = [];
  #extras: OverlayExtras = { progress: null, splitAt: null };

  constructor(layer: Konva.Layer, theme: CanvasTheme) {
    this.#layer = layer;
    this.#theme = theme;
    layer.add(
      new Konva.Shape({
        listening: false,
        perfectDrawEnabled: false,
        sceneFunc: (context) => this.#draw(context._context),
      }),
    );
  }

  show(screen: Screen, shapes: readonly OverlayShape[], extras: OverlayExtras): void {
    const wasEmpty = this.#shapes.length === 0 && !this.#extras.progress && this.#extras.splitAt === null;
    this.#screen = screen;
    this.#shapes = shapes;
    this.#extras = extras;
    if (wasEmpty && shapes.length === 0 && !extras.progress && extras.splitAt === null) return;
    this.#layer.batchDraw();
  }

  #draw(context: CanvasRenderingContext2D): void {
    const screen = this.#screen;
    if (!screen) return;
    context.save();
    if (this.#extras.progress) this.#drawProgress(context, screen, this.#extras.progress);
    for (const shape of this.#shapes) this.#drawShape(context, screen, shape);
    if (this.#extras.splitAt !== null) this.#drawSplit(context, screen, this.#extras.splitAt);
    context.restore();
  }

  #drawShape(context: CanvasRenderingContext2D, screen: Screen, shape: OverlayShape): void {
    const place = (point: Point): Point => toScreen(screen.viewport, point);
    switch (shape.kind) {
      case 'line':
        this.#drawLine(context, shape.points.map(place), shape.closed, shape.style);
        break;
      case 'handle':
        this.#drawHandle(context, place(shape.at));
        break;
      case 'shade':
        fillBetween(context, screen, documentRect(screen), shape.around, this.#theme.shade);
        break;
      case 'growth':
        fillBetween(context, screen, shape.rect, documentRect(screen), this.#theme.growth);
        break;
      case 'thirds':
        this.#drawThirds(context, screen, shape.rect);
        break;
      case 'brush':
        this.#drawBrush(
          context,
          place(shape.at),
          shape.radius * screen.viewport.zoom,
          shape.core * screen.viewport.zoom,
        );
        break;
      case 'label':
        this.#drawLabel(context, screen, place(shape.at), shape.text);
        break;
      default:
        assertNever(shape);
    }
  }

  #drawLine(context: CanvasRenderingContext2D, points: readonly Point[], closed: boolean, style: LineStyle): void {
    const path = pathOf(points, closed);
    if (style === 'ants') {
      strokeAnts(context, path, 1, 0);
      return;
    }
    context.save();
    // Lines run between pixels: half a pixel aside they are sharp.
    context.translate(0.5, 0.5);
    stroke(context, path, this.#theme.contrast, 3);
    stroke(context, path, this.#theme.accent, 1);
    context.restore();
  }

  #drawHandle(context: CanvasRenderingContext2D, { x, y }: Point): void {
    const half = handleSide / 2;
    // On the middle of a pixel, as the lines they are on.
    const centre = { x: Math.round(x) + 0.5, y: Math.round(y) + 0.5 };
    const path = new Path2D();
    path.rect(centre.x - half, centre.y - half, handleSide, handleSide);
    stroke(context, path, this.#theme.contrast, 3);
    context.fillStyle = this.#theme.handle;
    context.fill(path);
    stroke(context, path, this.#theme.accent, 1);
  }

  #drawThirds(context: CanvasRenderingContext2D, screen: Screen, rect: Rect): void {
    const { x, y, width, height } = onScreen(screen, rect);
    const path = new Path2D();
    for (const part of [1 / 3, 2 / 3]) {
      path.moveTo(x + width * part, y);
      path.lineTo(x + width * part, y + height);
      path.moveTo(x, y + height * part);
      path.lineTo(x + width, y + height * part);
    }
    stroke(context, path, this.#theme.contrast, 2);
    stroke(context, path, 'rgba(255, 255, 255, 0.6)', 1);
  }

  /** Dark and light side by side: one of them is seen on every colour. A tiny brush gets a cross instead of a dot. */
  #drawBrush(context: CanvasRenderingContext2D, { x, y }: Point, radius: number, core: number): void {
    const path = new Path2D();
    if (radius < 3) {
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        path.moveTo(x + dx * 4, y + dy * 4);
        path.lineTo(x + dx * 9, y + dy * 9);
      }
    } else path.arc(x, y, radius, 0, 2 * Math.PI);
    stroke(context, path, 'rgba(0, 0, 0, 0.6)', 2.5);
    stroke(context, path, 'rgba(255, 255, 255, 0.95)', 1);
    if (core < 3 || radius - core < 4) return;
    const inner = new Path2D();
    inner.arc(x, y, core, 0, 2 * Math.PI);
    context.setLineDash([3, 3]);
    stroke(context, inner, 'rgba(0, 0, 0, 0.35)', 2);
    stroke(context, inner, 'rgba(255, 255, 255, 0.6)', 1);
    context.setLineDash([]);
  }

  #drawLabel(context: CanvasRenderingContext2D, { view }: Screen, at: Point, text: string): void {
    const { background, text: colour, font } = this.#theme.label;
    context.font = font;
    const width = Math.ceil(context.measureText(text).width) + 2 * labelPadding.x;
    const height = 14 + 2 * labelPadding.y;
    const x = Math.round(Math.min(view.width - width - 4, at.x + labelOffset.x));
    const y = Math.round(Math.min(view.height - height - 4, at.y + labelOffset.y));
    context.fillStyle = background;
    context.beginPath();
    context.roundRect(x, y, width, height, 4);
    context.fill();
    context.fillStyle = colour;
    context.textBaseline = 'middle';
    context.fillText(text, x + labelPadding.x, y + height / 2 + 0.5);
  }

  #drawProgress(
    context: CanvasRenderingContext2D,
    screen: Screen,
    { rect, part }: NonNullable<OverlayExtras['progress']>,
  ): void {
    const { x, y, width, height } = onScreen(screen, rect);
    stroke(
      context,
      pathOf(rectPoints({ x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1 }), true),
      this.#theme.contrast,
      1,
    );
    if (part === null) return;
    context.fillStyle = this.#theme.accent;
    context.fillRect(x, y + height, width * Math.min(1, part), 3);
  }

  #drawSplit(context: CanvasRenderingContext2D, screen: Screen, at: number): void {
    const { y, height } = onScreen(screen, documentRect(screen));
    const line = new Path2D();
    line.moveTo(Math.round(at) + 0.5, Math.max(0, y));
    line.lineTo(Math.round(at) + 0.5, Math.min(screen.view.height, y + height));
    stroke(context, line, this.#theme.contrast, 3);
    stroke(context, line, '#ffffff', 1);
    const middle = { x: Math.round(at) + 0.5, y: splitHandleY(screen) };
    const grip = new Path2D();
    grip.arc(middle.x, middle.y, 11, 0, 2 * Math.PI);
    context.fillStyle = this.#theme.handle;
    context.fill(grip);
    stroke(context, grip, this.#theme.contrast, 1);
    const arrows = new Path2D();
    for (const side of [-1, 1]) {
      arrows.moveTo(middle.x + side * 3, middle.y - 4);
      arrows.lineTo(middle.x + side * 7, middle.y);
      arrows.lineTo(middle.x + side * 3, middle.y + 4);
    }
    stroke(context, arrows, '#333333', 1.5);
  }
}

/** Where the handle of the line between before and after is: in the middle of what is seen of the document. */
function splitHandleY(screen: Screen): number {
  const { y, height } = onScreen(screen, documentRect(screen));
  return (Math.max(0, y) + Math.min(screen.view.height, y + height)) / 2;
}

/** Fills what of one rectangle is outside another. */
function fillBetween(context: CanvasRenderingContext2D, screen: Screen, outer: Rect, inner: Rect, style: string): void {
  const around = onScreen(screen, outer);
  const hole = onScreen(screen, intersectRect(outer, inner));
  const path = new Path2D();
  path.rect(around.x, around.y, around.width, around.height);
  path.rect(hole.x, hole.y, hole.width, hole.height);
  context.fillStyle = style;
  context.fill(path, 'evenodd');
}

function pathOf(points: readonly Point[], closed: boolean): Path2D {
  const path = new Path2D();
  for (const [i, { x, y }] of points.entries()) {
    if (i === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  if (closed) path.closePath();
  return path;
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, style: string, width: number): void {
  context.strokeStyle = style;
  context.lineWidth = width;
  context.stroke(path);
}
