/** @file Surfaces for tests of the canvas. */
import type { Placed } from '../renderer/canvas/pixels/layering.ts';
import { identity, invert, type Transform } from '#shared/document/geometry';
import type { Block, Surface } from '../renderer/canvas/pixels/surface.ts';

/** A block of reproducible noise without a 0, so that every pixel counts. */
export function noiseBlock(x: number, y: number, width: number, height: number, channels: 1 | 4 = 4): Block {
  let state = width * 31 + height;
  const data = new Uint8Array(width * height * channels).map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 24) | 1;
  });
  return { x, y, width, height, channels, data };
}

export function placed(surface: Surface, fromSource: Transform = identity): Placed {
  return { surface, fromSource, toSource: invert(fromSource)! };
}

/** Index of the first byte in which two arrays differ, or −1: an assertion on it is quick however long they are. */
export function firstDifference(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) return Math.min(one.length, other.length);
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return i;
  return -1;
}
