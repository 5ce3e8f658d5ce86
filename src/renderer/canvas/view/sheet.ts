import { intersectRect, isEmptyRect, scaling, transformedBounds, type Rect } from '#shared/document/geometry';
import { tilesTouching, tileSide, type TileKey } from '#shared/document/tile-index';
import { tileRect } from '../pixels/surface.ts';
import type { Painted } from '../worker/protocol.ts';

/**
 * The pixels of a plate that are near to the view, on a canvas of their own: at one level, whole tiles. Drawing it is one
 * call however many tiles it has, without seams between them.
 */
export class Sheet {
  /** Tells it apart from all others: pixels on their way to another sheet are not for this one. */
  readonly id = ++lastId;
  readonly level: number;
  /** In the level's pixels, made of whole tiles. */
  #rect: Rect;
  #context: OffscreenCanvasRenderingContext2D;
  readonly #missing = new Set<TileKey>();

  constructor(level: number, rect: Rect) {
    this.level = level;
    this.#rect = rect;
    this.#context = canvasFor(rect);
    for (const key of tilesTouching(rect)) this.#missing.add(key);
  }

  get rect(): Rect {
    return this.#rect;
  }

  /** Whether all tiles that a rectangle of the level touches have come. */
  isReady(rect: Rect): boolean {
    return tilesTouching(intersectRect(rect, this.#rect)).every((key) => !this.#missing.has(key));
  }

  /** Shows another part of the plate, and keeps the pixels that both have in common. */
  moveTo(rect: Rect): void {
    const old = { canvas: this.#context.canvas, rect: this.#rect };
    const had = new Set(tilesTouching(this.#rect).filter((key) => !this.#missing.has(key)));
    this.#rect = rect;
    this.#context = canvasFor(rect);
    this.#context.drawImage(old.canvas, old.rect.x - rect.x, old.rect.y - rect.y);
    this.#missing.clear();
    for (const key of tilesTouching(rect)) if (!had.has(key)) this.#missing.add(key);
    release(old.canvas);
  }

  put({ rect, data }: Painted): void {
    if (isEmptyRect(intersectRect(rect, this.#rect))) return;
    const x = rect.x - this.#rect.x;
    const y = rect.y - this.#rect.y;
    if (data) this.#context.putImageData(new ImageData(data, rect.width, rect.height), x, y);
    else this.#context.clearRect(x, y, rect.width, rect.height);
    // Whole tiles only: a part of one is a change to a tile that has come before.
    if (rect.width === tileSide && rect.height === tileSide) {
      for (const key of tilesTouching(rect)) this.#missing.delete(key);
    }
  }

  /** Draws the sheet with one unit of the context for each document pixel. */
  draw(context: CanvasRenderingContext2D): void {
    const scale = 2 ** this.level;
    const { x, y, width, height } = this.#rect;
    context.drawImage(this.#context.canvas, x * scale, y * scale, width * scale, height * scale);
  }

  /** Draws only what a rectangle of document pixels has in common with the sheet. */
  drawPart(context: CanvasRenderingContext2D, part: Rect): void {
    const scale = 2 ** this.level;
    const shrunk = transformedBounds(scaling(1 / scale, 1 / scale), part);
    const { x, y, width, height } = intersectRect(shrunk, this.#rect);
    if (width === 0 || height === 0) return;
    context.drawImage(
      this.#context.canvas,
      x - this.#rect.x,
      y - this.#rect.y,
      width,
      height,
      x * scale,
      y * scale,
      width * scale,
      height * scale,
    );
  }

  /** The tiles that have not come yet, in document pixels. */
  get missing(): Rect[] {
    const scale = 2 ** this.level;
    return Array.from(this.#missing, (key) => transformedBounds(scaling(scale, scale), tileRect(key)));
  }

  get isWhole(): boolean {
    return this.#missing.size === 0;
  }

  dispose(): void {
    release(this.#context.canvas);
  }
}

let lastId = 0;

function canvasFor({ width, height }: Rect): OffscreenCanvasRenderingContext2D {
  return new OffscreenCanvas(width, height).getContext('2d')!;
}

/** Gives the memory back at once instead of when the canvas is collected. */
function release(canvas: OffscreenCanvas): void {
  canvas.width = 0;
  canvas.height = 0;
}

/** The smallest rectangle of whole tiles around a rectangle. */
export function wholeTiles({ x, y, width, height }: Rect): Rect {
  const left = Math.floor(x / tileSide) * tileSide;
  const top = Math.floor(y / tileSide) * tileSide;
  const right = Math.ceil((x + width) / tileSide) * tileSide;
  const bottom = Math.ceil((y + height) / tileSide) * tileSide;
  return { x: left, y: top, width: right - left, height: bottom - top };
}
