import { intersectRect, isEmptyRect, type Point, type Rect } from '#shared/document/geometry';
import { tileSide, type TileKey } from '#shared/document/tile-index';
import { emptySurface, surfaceOf, withTiles, type Surface, type Tile } from './surface.ts';

/**
 * A closed outline as a mask: 255 inside, and at the edge as much as the pixel is covered. Where the outline runs
 * around a point several times, or the other way, the point is inside all the same.
 */
export function polygonMask(points: readonly Point[], bounds: Rect): Surface {
  const box = intersectRect(boxOf(points), bounds);
  if (points.length < 3 || isEmptyRect(box)) return emptySurface(1);
  const tiles = new Map<TileKey, Tile>();
  // One row of tiles at a time: floats for a whole 8192 × 8192 document would take 268 MB.
  const firstBand = Math.floor(box.y / tileSide);
  const lastBand = Math.floor((box.y + box.height - 1) / tileSide);
  for (let band = firstBand; band <= lastBand; band++) {
    const rows = intersectRect(box, { x: box.x, y: band * tileSide, width: box.width, height: tileSide });
    const data = polygonRows(points, rows);
    for (const [key, tile] of surfaceOf({ ...rows, channels: 1, data }).tiles) tiles.set(key, tile);
  }
  return withTiles(emptySurface(1), tiles);
}

/** A rectangle with whole-pixel sides as a mask. */
export function rectMask(rect: Rect, bounds: Rect): Surface {
  const { x, y, width, height } = intersectRect(rect, bounds);
  const data = new Uint8Array(width * height).fill(255);
  return width * height === 0 ? emptySurface(1) : surfaceOf({ x, y, width, height, channels: 1, data });
}

function boxOf(points: readonly Point[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (!(right >= left)) return { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [Math.floor(left), Math.floor(top)];
  return { x, y, width: Math.ceil(right) - x, height: Math.ceil(bottom) - y };
}

/**
 * Exact area coverage: every edge adds, in each row it crosses, the signed area between itself and the row's right end;
 * summing from the left gives the coverage. (The method of font rasterisers.)
 */
function polygonRows(points: readonly Point[], rows: Rect): Uint8Array {
  const { width, height } = rows;
  const stride = width + 2;
  const areas = new Float32Array(stride * height);
  for (let i = 0; i < points.length; i++) {
    const from = points[i]!;
    const to = points[(i + 1) % points.length]!;
    addEdge(areas, stride, rows, from.x - rows.x, from.y - rows.y, to.x - rows.x, to.y - rows.y);
  }
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += areas[y * stride + x]!;
      data[y * width + x] = Math.min(1, Math.abs(sum)) * 255 + 0.5;
    }
  }
  return data;
}

function addEdge(
  areas: Float32Array,
  stride: number,
  { width, height }: Rect,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  if (y0 === y1) return;
  const direction = y0 < y1 ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (bottomX - topX) / (bottomY - topY);
  const first = Math.max(0, topY);
  const last = Math.min(height, bottomY);
  for (let row = Math.floor(first); row < last; row++) {
    const from = Math.max(row, first);
    const to = Math.min(row + 1, last);
    const xa = clamp(topX + (from - topY) * slope, width);
    const xb = clamp(topX + (to - topY) * slope, width);
    addSlice(areas, row * stride, Math.min(xa, xb), Math.max(xa, xb), direction * (to - from));
  }
}

const clamp = (x: number, width: number): number => Math.min(width, Math.max(0, x));

/** Spreads one row's part of an edge, `height` tall with its sign, over the pixels from `left` to `right`. */
function addSlice(areas: Float32Array, at: number, left: number, right: number, height: number): void {
  const first = Math.floor(left);
  if (right - first <= 1) {
    const inside = 1 - ((left + right) / 2 - first);
    areas[at + first] = areas[at + first]! + height * inside;
    areas[at + first + 1] = areas[at + first + 1]! + height * (1 - inside);
    return;
  }
  const perPixel = height / (right - left);
  let crossed = 0;
  let before = 0;
  let x = first;
  for (; x < right; x++) {
    const from = Math.max(left, x);
    const to = Math.min(right, x + 1);
    const here = (to - from) * perPixel;
    const covered = crossed + here * (1 - ((from + to) / 2 - x));
    areas[at + x] = areas[at + x]! + covered - before;
    before = covered;
    crossed += here;
  }
  areas[at + x] = areas[at + x]! + height - before;
}
