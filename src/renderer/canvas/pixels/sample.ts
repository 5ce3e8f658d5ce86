import {
  apply,
  compose,
  intersectRect,
  isEmptyRect,
  isWholePixelMove,
  scaling,
  transformedBounds,
  type Rect,
  type Transform,
} from '#shared/document/geometry';
import { readLevel, readLevelFresh } from './pyramid.ts';
import { boundsOf, createBlock, grown, type Block, type Surface } from './surface.ts';

/** `bicubic` keeps edges crisper (Catmull-Rom), `bilinear` is what the view uses while things move. */
export type Interpolation = 'bilinear' | 'bicubic';

export interface SampleOptions {
  readonly interpolation?: Interpolation;
  /** The surface's tiles are being written to: nothing about them may be remembered. */
  readonly isLive?: boolean;
}

/**
 * What a surface looks like through an affine map: the pixels of `rect`, each taken from where `toSource` puts its
 * centre. Where the map shrinks, a smaller copy of the surface is sampled, so that nothing is skipped. Beyond its pixels
 * a surface is transparent. Whole-pixel moves copy bytes.
 */
export function sampleSurface(
  surface: Surface,
  toSource: Transform,
  rect: Rect,
  { interpolation = 'bilinear', isLive = false }: SampleOptions = {},
): Block {
  const read = isLive ? readLevelFresh : readLevel;
  const level = levelOf(toSource);
  const shrink = scaling(1 / 2 ** level, 1 / 2 ** level);
  const toLevel = compose(shrink, toSource);
  if (isWholePixelMove(toLevel)) {
    const block = read(surface, level, { ...rect, x: rect.x + toLevel.e, y: rect.y + toLevel.f });
    return { ...block, x: rect.x, y: rect.y };
  }
  const target = createBlock(rect, surface.channels);
  // Two more pixels all round: the reach of the bicubic kernel.
  const reach = grown(transformedBounds(toLevel, rect), 2);
  if (isEmptyRect(intersectRect(transformedBounds(shrink, boundsOf(surface)), reach))) return target;
  const source = read(surface, level, reach);
  const sample = surface.channels === 1 ? sampleMask : interpolation === 'bicubic' ? sampleBicubic : sampleBilinear;
  forEachPixel(target, toLevel, source, sample);
  return target;
}

/** A surface resampled for good: `toParent` maps its pixels to those of the result. */
export function transformedBlock(
  surface: Surface,
  bounds: Rect,
  { toParent, fromParent }: { readonly toParent: Transform; readonly fromParent: Transform },
  options: SampleOptions = {},
): Block {
  const rect = grown(transformedBounds(toParent, bounds), 1);
  return sampleSurface(surface, fromParent, rect, { interpolation: 'bicubic', ...options });
}

/** The level whose pixels are nearest to the target's from below: never fewer than the target has, never twice as many. */
function levelOf({ a, b, c, d }: Transform): number {
  const step = Math.max(Math.hypot(a, b), Math.hypot(c, d));
  return step < 2 ? 0 : Math.floor(Math.log2(step));
}

/** Writes the pixel at byte `to` of `target` from around `u`,`v`, counted in pixels from the first one's centre. */
type Sampler = (target: Uint8Array, to: number, source: Block, u: number, v: number) => void;

function forEachPixel(target: Block, toSource: Transform, source: Block, sample: Sampler): void {
  for (let row = 0; row < target.height; row++) {
    const start = apply(toSource, { x: target.x + 0.5, y: target.y + row + 0.5 });
    let u = start.x - source.x - 0.5;
    let v = start.y - source.y - 0.5;
    let to = row * target.width * target.channels;
    for (let column = 0; column < target.width; column++) {
      sample(target.data, to, source, u, v);
      u += toSource.a;
      v += toSource.b;
      to += target.channels;
    }
  }
}

const sampleMask: Sampler = (target, to, { data, width, height }, u, v) => {
  const x = Math.floor(u);
  const y = Math.floor(v);
  if (x < 0 || y < 0 || x + 1 >= width || y + 1 >= height) return;
  const right = u - x;
  const at = y * width + x;
  const top = data[at]! + (data[at + 1]! - data[at]!) * right;
  const bottom = data[at + width]! + (data[at + width + 1]! - data[at + width]!) * right;
  target[to] = top + (bottom - top) * (v - y) + 0.5;
};

const sampleBilinear: Sampler = (target, to, { data, width, height }, u, v) => {
  const x = Math.floor(u);
  const y = Math.floor(v);
  if (x < 0 || y < 0 || x + 1 >= width || y + 1 >= height) return;
  const right = u - x;
  const down = v - y;
  const p0 = (y * width + x) * 4;
  const p1 = p0 + 4;
  const p2 = p0 + width * 4;
  const p3 = p2 + 4;
  const w0 = (1 - right) * (1 - down) * data[p0 + 3]!;
  const w1 = right * (1 - down) * data[p1 + 3]!;
  const w2 = (1 - right) * down * data[p2 + 3]!;
  const w3 = right * down * data[p3 + 3]!;
  const alpha = w0 + w1 + w2 + w3;
  if (alpha <= 0) return;
  for (let c = 0; c < 3; c++) {
    const sum = data[p0 + c]! * w0 + data[p1 + c]! * w1 + data[p2 + c]! * w2 + data[p3 + c]! * w3;
    target[to + c] = sum / alpha + 0.5;
  }
  target[to + 3] = alpha + 0.5;
};

const rowWeights = new Float64Array(4);
const columnWeights = new Float64Array(4);

const sampleBicubic: Sampler = (target, to, { data, width, height }, u, v) => {
  const x = Math.floor(u);
  const y = Math.floor(v);
  if (x < 1 || y < 1 || x + 2 >= width || y + 2 >= height) return;
  catmullRom(u - x, columnWeights);
  catmullRom(v - y, rowWeights);
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (let j = 0; j < 4; j++) {
    let at = ((y - 1 + j) * width + x - 1) * 4;
    for (let i = 0; i < 4; i++, at += 4) {
      const weight = rowWeights[j]! * columnWeights[i]! * data[at + 3]!;
      alpha += weight;
      red += data[at]! * weight;
      green += data[at + 1]! * weight;
      blue += data[at + 2]! * weight;
    }
  }
  if (alpha < 0.5) return;
  target[to] = clampByte(red / alpha);
  target[to + 1] = clampByte(green / alpha);
  target[to + 2] = clampByte(blue / alpha);
  target[to + 3] = clampByte(alpha);
};

/** Weights of the four pixels around a point `t` of the way from the second to the third (Keys' kernel, a = −0.5). */
function catmullRom(t: number, weights: Float64Array): void {
  weights[0] = ((-0.5 * t + 1) * t - 0.5) * t;
  weights[1] = (1.5 * t - 2.5) * t * t + 1;
  weights[2] = ((-1.5 * t + 2) * t + 0.5) * t;
  weights[3] = (0.5 * t - 0.5) * t * t;
}

/** Rounded by being stored in a byte, which cuts off. */
const clampByte = (value: number): number => Math.min(255, Math.max(0, value)) + 0.5;
