import Konva from 'konva';
import { intersectRect } from '#shared/document/geometry';
import { documentRect, onScreen, type Screen } from './screen.ts';
import type { CanvasTheme } from './theme.ts';

/** Side of a square that stands for transparency, in CSS pixels: the same at every zoom. */
const checkerSide = 8;

/** The bottom canvas: the pasteboard, the document's shadow, and what shows through where the document is transparent. */
export class BackgroundView {
  readonly #layer: Konva.Layer;
  readonly #board = new Konva.Rect({ listening: false });
  /** A shadow is quick to draw under one colour, and slow under a pattern: each has a rectangle of its own. */
  readonly #shadow = new Konva.Rect({ listening: false, shadowBlur: 16, shadowOffsetY: 2 });
  readonly #paper = new Konva.Rect({ listening: false, perfectDrawEnabled: false });
  #shown = '';

  constructor(layer: Konva.Layer, { pasteboard, shadow, checker }: CanvasTheme) {
    this.#layer = layer;
    this.#board.fill(pasteboard);
    this.#shadow.setAttrs({ fill: checker[0], shadowColor: shadow });
    this.#paper.fillPatternImage(checkerboard(checker) as unknown as HTMLImageElement);
    layer.add(this.#board, this.#shadow, this.#paper);
  }

  /** The canvas has another size, which has wiped it. */
  resized(): void {
    this.#shown = '';
  }

  show(screen: Screen): void {
    const paper = onScreen(screen, documentRect(screen));
    const view = { x: 0, y: 0, ...screen.view };
    const inView = intersectRect(paper, view);
    // The squares stay where they are on the paper.
    const offset = { x: inView.x - paper.x, y: inView.y - paper.y };
    const shown = JSON.stringify([paper, view]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#board.setAttrs(view);
    this.#shadow.setAttrs({ ...paper, visible: inView.width < view.width || inView.height < view.height });
    this.#paper.setAttrs({ ...inView, fillPatternOffset: offset });
    this.#layer.batchDraw();
  }
}

function checkerboard([light, dark]: readonly [string, string]): OffscreenCanvas {
  const canvas = new OffscreenCanvas(2 * checkerSide, 2 * checkerSide);
  const context = canvas.getContext('2d')!;
  context.fillStyle = light;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = dark;
  context.fillRect(0, 0, checkerSide, checkerSide);
  context.fillRect(checkerSide, checkerSide, checkerSide, checkerSide);
  return canvas;
}
