import { apply, type Transform } from '#shared/document/geometry';
import type { Block } from './surface.ts';

/**
 * Fills a target from a source through an affine map from the target's pixels to the source's. Points are at the centres
 * of pixels. Where a point has not all its neighbours in the source, the target stays as it is. Colours are weighed by
 * their alpha.
 *
 * The loops are written out: they run for every pixel that is composed, and a call for each would double their time.
 */
export type Interpolate = (target: Block, toSource: Transform, source: Block) => void;

/** Where the first pixel of a row comes from, counted in pixels from the centre of the source's first. */
function rowStart(target: Block, row: number, toSource: Transform, source: Block): { u: number; v: number } {
  const { x, y } = apply(toSource, { x: target.x + 0.5, y: target.y + row + 0.5 });
  return { u: x - source.x - 0.5, v: y - source.y - 0.5 };
}

/** RGBA, from the four nearest pixels. */
export const bilinear: Interpolate = (target, toSource, source) => {
  const { data, width, height } = source;
  const out = target.data;
  for (let row = 0; row < target.height; row++) {
    let { u, v } = rowStart(target, row, toSource, source);
    const end = (row + 1) * target.width * 4;
    for (let to = row * target.width * 4; to < end; to += 4, u += toSource.a, v += toSource.b) {
      const x = Math.floor(u);
      const y = Math.floor(v);
      if (x < 0 || y < 0 || x + 1 >= width || y + 1 >= height) continue;
      const right = u - x;
      const down = v - y;
      const p0 = (y * width + x) * 4;
      const p1 = p0 + 4;
      const p2 = p0 + width * 4;
      const p3 = p2 + 4;
      let w0 = (1 - right) * (1 - down);
      let w1 = right * (1 - down);
      let w2 = (1 - right) * down;
      let w3 = right * down;
      const a0 = data[p0 + 3]!;
      const a1 = data[p1 + 3]!;
      const a2 = data[p2 + 3]!;
      const a3 = data[p3 + 3]!;
      if ((a0 & a1 & a2 & a3) === 255) out[to + 3] = 255;
      else {
        w0 *= a0;
        w1 *= a1;
        w2 *= a2;
        w3 *= a3;
        const alpha = w0 + w1 + w2 + w3;
        if (alpha <= 0) continue;
        w0 /= alpha;
        w1 /= alpha;
        w2 /= alpha;
        w3 /= alpha;
        out[to + 3] = alpha + 0.5;
      }
      out[to] = data[p0]! * w0 + data[p1]! * w1 + data[p2]! * w2 + data[p3]! * w3 + 0.5;
      out[to + 1] = data[p0 + 1]! * w0 + data[p1 + 1]! * w1 + data[p2 + 1]! * w2 + data[p3 + 1]! * w3 + 0.5;
      out[to + 2] = data[p0 + 2]! * w0 + data[p1 + 2]! * w1 + data[p2 + 2]! * w2 + data[p3 + 2]! * w3 + 0.5;
    }
  }
};

/** One channel, from the four nearest pixels. */
export const bilinearMask: Interpolate = (target, toSource, source) => {
  const { data, width, height } = source;
  for (let row = 0; row < target.height; row++) {
    let { u, v } = rowStart(target, row, toSource, source);
    const end = (row + 1) * target.width;
    for (let to = row * target.width; to < end; to++, u += toSource.a, v += toSource.b) {
      const x = Math.floor(u);
      const y = Math.floor(v);
      if (x < 0 || y < 0 || x + 1 >= width || y + 1 >= height) continue;
      const right = u - x;
      const at = y * width + x;
      const top = data[at]! + (data[at + 1]! - data[at]!) * right;
      const bottom = data[at + width]! + (data[at + width + 1]! - data[at + width]!) * right;
      target.data[to] = top + (bottom - top) * (v - y) + 0.5;
    }
  }
};

/** RGBA, from the sixteen nearest pixels. */
export const bicubic: Interpolate = (target, toSource, source) => {
  const { data, width, height } = source;
  const across = new Float64Array(4);
  const along = new Float64Array(4);
  for (let row = 0; row < target.height; row++) {
    let { u, v } = rowStart(target, row, toSource, source);
    const end = (row + 1) * target.width * 4;
    for (let to = row * target.width * 4; to < end; to += 4, u += toSource.a, v += toSource.b) {
      const x = Math.floor(u);
      const y = Math.floor(v);
      if (x < 1 || y < 1 || x + 2 >= width || y + 2 >= height) continue;
      catmullRom(u - x, across);
      catmullRom(v - y, along);
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      for (let j = 0; j < 4; j++) {
        let at = ((y - 1 + j) * width + x - 1) * 4;
        for (let i = 0; i < 4; i++, at += 4) {
          const weight = along[j]! * across[i]! * data[at + 3]!;
          alpha += weight;
          red += data[at]! * weight;
          green += data[at + 1]! * weight;
          blue += data[at + 2]! * weight;
        }
      }
      if (alpha < 0.5) continue;
      target.data[to] = rounded(red / alpha);
      target.data[to + 1] = rounded(green / alpha);
      target.data[to + 2] = rounded(blue / alpha);
      target.data[to + 3] = rounded(alpha);
    }
  }
};

/** Weights of the four pixels around a point `t` of the way from the second to the third (Keys' kernel, a = −0.5). */
function catmullRom(t: number, weights: Float64Array): void {
  weights[0] = ((-0.5 * t + 1) * t - 0.5) * t;
  weights[1] = (1.5 * t - 2.5) * t * t + 1;
  weights[2] = ((-1.5 * t + 2) * t + 0.5) * t;
  weights[3] = (0.5 * t - 0.5) * t * t;
}

/** Within a byte, and rounded by being stored in one, which cuts off. */
const rounded = (value: number): number => Math.min(255, Math.max(0, value)) + 0.5;
