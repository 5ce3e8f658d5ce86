import { intersectRect, isEmptyRect, type Rect } from '#shared/document/geometry';
import { readLevel } from './pyramid.ts';
import { boundsOf, grown, type Surface } from './surface.ts';

/** Straight pieces, `x0, y0, x1, y1` each, along the edges of pixels. */
export type Segments = Int32Array<ArrayBuffer>;

/**
 * The border between what is at least half selected and what is not, for drawing it as marching ants: at a level, in
 * that level's pixels, as far as it is within `rect`. Neighbouring pieces in one line are joined.
 */
export function outlineOf(selection: Surface, level: number, rect: Rect): Segments {
  const scale = 2 ** level;
  const { x, y, width, height } = boundsOf(selection);
  const left = Math.floor(x / scale);
  const top = Math.floor(y / scale);
  const content: Rect = {
    x: left,
    y: top,
    width: Math.ceil((x + width) / scale) - left,
    height: Math.ceil((y + height) / scale) - top,
  };
  const area = intersectRect(grown(content, 1), rect);
  const pieces: number[] = [];
  if (isEmptyRect(area)) return new Int32Array(0);
  // One more pixel all round, so that each pixel has the neighbours it is compared with.
  const block = readLevel(selection, level, grown(area, 1));
  const isIn = (column: number, row: number): boolean => block.data[row * block.width + column]! >= 128;
  for (let row = 1; row < block.height; row++) {
    let start = -1;
    for (let column = 1; column < block.width; column++) {
      const isEdge = column < block.width - 1 && isIn(column, row) !== isIn(column, row - 1);
      if (isEdge && start < 0) start = column;
      if (!isEdge && start >= 0) {
        pieces.push(block.x + start, block.y + row, block.x + column, block.y + row);
        start = -1;
      }
    }
  }
  for (let column = 1; column < block.width; column++) {
    let start = -1;
    for (let row = 1; row < block.height; row++) {
      const isEdge = row < block.height - 1 && isIn(column, row) !== isIn(column - 1, row);
      if (isEdge && start < 0) start = row;
      if (!isEdge && start >= 0) {
        pieces.push(block.x + column, block.y + start, block.x + column, block.y + row);
        start = -1;
      }
    }
  }
  return Int32Array.from(pieces);
}
