import { assert } from '#base/assert';
import { type Plane } from '#raster/plane';
import { recipe } from './recipe.ts';

/**
 * What keeps the unmasked part of the latents the original's while flow matching runs. A cell whose mask is m is held to
 * the original until the time has come down to m, and is free from then on: grey is so much strength, and full strength
 * is free from the start.
 */
export interface KeptLatents {
  /** The original's latents x₀, [channels, height, width]. */
  readonly original: Float32Array;
  /** The noise the run began with, of the same shape: held cells are noised with it at every step. */
  readonly noise: Float32Array;
  /** One number a cell, [height, width], from `latentMask`. */
  readonly mask: Float32Array;
}

/**
 * The user's mask on the latent grid, [height, width] / cellPx: each cell takes the largest value of its pixels, for it
 * cannot change a part of them only. Times the strength, which caps how early a cell becomes free.
 *
 * @param cellPx - pixels a latent cell, each way: the VAE's factor
 */
export function latentMask(user: Plane, strength: number, cellPx: number = recipe.latents.cellModelPx): Float32Array {
  const width = user.width / cellPx;
  const height = user.height / cellPx;
  assert(Number.isInteger(width) && Number.isInteger(height), 'the model’s size is a whole number of latent cells');
  const cells = new Float32Array(width * height);
  for (let y = 0, i = 0; y < user.height; y++) {
    const row = Math.floor(y / cellPx) * width;
    for (let x = 0; x < user.width; x++, i++) {
      const cell = row + Math.floor(x / cellPx);
      const value = user.data[i]! * strength;
      if (value > cells[cell]!) cells[cell] = value;
    }
  }
  return cells;
}

/**
 * The first step that can change anything: those before it would only noise the original.
 *
 * @param times - from 1 down to 0, one more than there are steps
 */
export function firstFreeStep(times: ArrayLike<number>, mask: Float32Array): number {
  const freest = mask.reduce((largest, value) => Math.max(largest, value), 0);
  let step = 0;
  while (step < times.length - 1 && !isFree(freest, times[step + 1]!)) step++;
  return step;
}

/** The latents to begin with at a time: the original, noised. */
export function noisedOriginal({ original, noise }: KeptLatents, time: number): Float32Array {
  return original.map((value, i) => noised(value, noise[i]!, time));
}

/**
 * Puts the held cells back, in place, after a step that ended at `time`: to the original with as much noise as belongs
 * there, with none at time 0.
 */
export function restoreKept(latents: Float32Array, { original, noise, mask }: KeptLatents, time: number): void {
  assert(
    latents.length === original.length && latents.length === noise.length,
    'latents, original and noise have one shape',
  );
  assert(latents.length % mask.length === 0, 'the mask has the latents’ grid');
  for (let cell = 0; cell < mask.length; cell++) {
    if (isFree(mask[cell]!, time)) continue;
    for (let i = cell; i < latents.length; i += mask.length) latents[i] = noised(original[i]!, noise[i]!, time);
  }
}

function isFree(mask: number, time: number): boolean {
  return mask >= time + recipe.latents.timeEpsilon;
}

function noised(original: number, noise: number, time: number): number {
  return time * noise + (1 - time) * original;
}
