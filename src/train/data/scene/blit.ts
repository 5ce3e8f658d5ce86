import type { Sprite, SpriteLevel } from '../sprites/sprite-sheet.ts';

/** RGB pixels that are drawn on. */
export interface BlitTarget {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Where a sprite goes, in pixels of the target: its centre, its longer side, its clockwise turn in radians. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly rotation: number;
  readonly flipped: boolean;
}

/** Rows and columns of the target that a pose can touch, and the affine map from target pixels to level pixels. */
interface Mapping {
  readonly level: SpriteLevel;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Level coordinates of the target's pixel (0, 0), and the steps along x and y. */
  readonly u0: number;
  readonly v0: number;
  readonly ux: number;
  readonly uy: number;
  readonly vx: number;
  readonly vy: number;
}

/**
 * Draws a sprite over the target. `ramp` (256 RGB triples by luma) recolours what the sprite's paint mask selects, or
 * everything when it has none.
 */
export function blit(target: BlitTarget, bytes: Uint8Array, sprite: Sprite, pose: Pose, ramp?: Uint8Array): void {
  const { level, left, top, right, bottom, u0, v0, ux, uy, vx, vy } = mapping(target, sprite, pose);
  const { width, height, offset, paintOffset } = level;
  const data = target.data;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const u = u0 + x * ux + y * uy;
      const v = v0 + x * vx + y * vy;
      if (u <= -1 || v <= -1 || u >= width || v >= height) continue;
      const column = Math.floor(u);
      const row = Math.floor(v);
      const fu = u - column;
      const fv = v - row;
      // Four neighbours; those outside the level weigh nothing, which is what transparent ones would do.
      const inLeft = column >= 0;
      const inRight = column + 1 < width;
      const inTop = row >= 0;
      const inBottom = row + 1 < height;
      const w00 = inLeft && inTop ? (1 - fu) * (1 - fv) : 0;
      const w10 = inRight && inTop ? fu * (1 - fv) : 0;
      const w01 = inLeft && inBottom ? (1 - fu) * fv : 0;
      const w11 = inRight && inBottom ? fu * fv : 0;
      const pixel = row * width + column;
      const at = offset + pixel * 4;
      const below = at + width * 4;
      const alpha =
        w00 * (bytes[at + 3] ?? 0) +
        w10 * (bytes[at + 7] ?? 0) +
        w01 * (bytes[below + 3] ?? 0) +
        w11 * (bytes[below + 7] ?? 0);
      if (alpha < 0.5) continue;
      let r =
        w00 * (bytes[at] ?? 0) + w10 * (bytes[at + 4] ?? 0) + w01 * (bytes[below] ?? 0) + w11 * (bytes[below + 4] ?? 0);
      let g =
        w00 * (bytes[at + 1] ?? 0) +
        w10 * (bytes[at + 5] ?? 0) +
        w01 * (bytes[below + 1] ?? 0) +
        w11 * (bytes[below + 5] ?? 0);
      let b =
        w00 * (bytes[at + 2] ?? 0) +
        w10 * (bytes[at + 6] ?? 0) +
        w01 * (bytes[below + 2] ?? 0) +
        w11 * (bytes[below + 6] ?? 0);
      if (ramp) {
        let share = alpha / 255;
        if (paintOffset !== undefined) {
          const paint = paintOffset + pixel;
          share *=
            (w00 * (bytes[paint] ?? 0) +
              w10 * (bytes[paint + 1] ?? 0) +
              w01 * (bytes[paint + width] ?? 0) +
              w11 * (bytes[paint + width + 1] ?? 0)) /
            255;
        }
        // Rec. 709 luma of the straight (not premultiplied) colour picks the shade.
        const luma = Math.min(255, Math.round(((0.2126 * r + 0.7152 * g + 0.0722 * b) * 255) / alpha)) * 3;
        const kept = 1 - (share * 255) / alpha;
        r = r * kept + ramp[luma]! * share;
        g = g * kept + ramp[luma + 1]! * share;
        b = b * kept + ramp[luma + 2]! * share;
      }
      const out = (y * target.width + x) * 3;
      const behind = 1 - alpha / 255;
      data[out] = Math.min(255, data[out]! * behind + r + 0.5);
      data[out + 1] = Math.min(255, data[out + 1]! * behind + g + 0.5);
      data[out + 2] = Math.min(255, data[out + 2]! * behind + b + 0.5);
    }
  }
}

/** Writes how much of each pixel a sprite covers, 0..255, into a target of one channel. */
export function blitCoverage(target: BlitTarget, bytes: Uint8Array, sprite: Sprite, pose: Pose): void {
  const { level, left, top, right, bottom, u0, v0, ux, uy, vx, vy } = mapping(target, sprite, pose);
  const { width, height, offset } = level;
  const alphaAt = (column: number, row: number) =>
    column < 0 || row < 0 || column >= width || row >= height ? 0 : bytes[offset + (row * width + column) * 4 + 3]!;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const u = u0 + x * ux + y * uy;
      const v = v0 + x * vx + y * vy;
      if (u <= -1 || v <= -1 || u >= width || v >= height) continue;
      const column = Math.floor(u);
      const row = Math.floor(v);
      const fu = u - column;
      const fv = v - row;
      const upper = alphaAt(column, row) * (1 - fu) + alphaAt(column + 1, row) * fu;
      const lower = alphaAt(column, row + 1) * (1 - fu) + alphaAt(column + 1, row + 1) * fu;
      target.data[y * target.width + x] = Math.round(upper * (1 - fv) + lower * fv);
    }
  }
}

function mapping(target: BlitTarget, { levels }: Sprite, { x, y, side, rotation, flipped }: Pose): Mapping {
  const level = levelFor(levels, side);
  const scale = Math.max(level.width, level.height) / side;
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  const mirror = flipped ? -1 : 1;
  const ux = mirror * scale * cos;
  const uy = mirror * scale * sin;
  const vx = -scale * sin;
  const vy = scale * cos;
  // Half the extent of the turned rectangle, and a pixel for the soft edge.
  const halfWidth = (Math.abs(cos) * level.width + Math.abs(sin) * level.height) / scale / 2 + 1;
  const halfHeight = (Math.abs(sin) * level.width + Math.abs(cos) * level.height) / scale / 2 + 1;
  return {
    level,
    left: Math.max(0, Math.floor(x - halfWidth)),
    top: Math.max(0, Math.floor(y - halfHeight)),
    right: Math.min(target.width, Math.ceil(x + halfWidth)),
    bottom: Math.min(target.height, Math.ceil(y + halfHeight)),
    // Pixel centres are at halves on both sides.
    u0: level.width / 2 - 0.5 + (0.5 - x) * ux + (0.5 - y) * uy,
    v0: level.height / 2 - 0.5 + (0.5 - x) * vx + (0.5 - y) * vy,
    ux,
    uy,
    vx,
    vy,
  };
}

/** The smallest level that is not enlarged by more than a fifth. */
function levelFor(levels: readonly SpriteLevel[], side: number): SpriteLevel {
  return levels.findLast(({ width, height }) => Math.max(width, height) * 1.2 >= side) ?? levels[0]!;
}
