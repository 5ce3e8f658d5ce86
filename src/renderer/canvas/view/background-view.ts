import Konva from 'konva';
import { documentRect, onScreen, type Screen } from './screen.ts';
import type { CanvasTheme } from './theme.ts';

/** Side of a square that stands for transparency, in CSS pixels: the same at every zoom. */
const checkerSide = 8;

/** The bottom canvas: the pasteboard, the document's shadow, and what shows through where the document is transparent. */
export class BackgroundView {
  readonly #layer: Konva.Layer;
  readonly #board = new Konva.Rect({ listening: false });
  readonly #paper = new Konva.Rect({ listening: false, shadowForStrokeEnabled: false, perfectDrawEnabled: false });

  constructor(layer: Konva.Layer, theme: CanvasTheme) {
    this.#layer = layer;
    layer.add(this.#board, this.#paper);
    this.setTheme(theme);
  }

  setTheme({ pasteboard, shadow, checker }: CanvasTheme): void {
    this.#board.fill(pasteboard);
    this.#paper.setAttrs({ shadowColor: shadow, shadowBlur: 16, shadowOffsetY: 2 });
    this.#paper.fillPatternImage(checkerboard(checker) as unknown as HTMLImageElement);
    this.#layer.batchDraw();
  }

  show(screen: Screen): void {
    const { x, y, width, height } = onScreen(screen, documentRect(screen));
    this.#board.setAttrs({ x: 0, y: 0, ...screen.view });
    this.#paper.setAttrs({ x, y, width, height });
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
