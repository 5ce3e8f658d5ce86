import { describe, expect, test } from 'vitest';
import { type Plane, createPlane } from '#raster/plane';
import { largestDifference } from '#testing/largest-difference';
import { createRandom } from '#testing/random';
import { type KeptLatents, firstFreeStep, latentMask, noisedOriginal, restoreKept } from './latent-merge.ts';

const steps = 20;
const times = Array.from({ length: steps + 1 }, (_, i) => 1 - i / steps);
const cells = 12 * 8;
const { normal } = createRandom(11);
const original = Float32Array.from({ length: 4 * cells }, normal);
const noise = Float32Array.from({ length: 4 * cells }, normal);
/** What the model would rather paint. */
const target = original.map((value) => value + 3);

/**
 * Flow matching with a model that is drawn from what it sees to its target, the less noise is left the less strongly:
 * the shape of a real denoiser's answer, in one line.
 */
function sample(mask: Float32Array): Float32Array {
  const kept: KeptLatents = { original, noise, mask };
  const first = firstFreeStep(times, mask);
  const latents = noisedOriginal(kept, times[first]!);
  for (let step = first; step < steps; step++) {
    const [time, next] = [times[step]!, times[step + 1]!];
    for (let i = 0; i < latents.length; i++) {
      const seen = time < 1 ? (latents[i]! - time * noise[i]!) / (1 - time) : target[i]!;
      const guess = seen + (target[i]! - seen) * time;
      latents[i] = latents[i]! + (next - time) * ((latents[i]! - guess) / time);
    }
    restoreKept(latents, kept, next);
  }
  return latents;
}

test('cells take the largest value of their pixels, times the strength', () => {
  const user: Plane = createPlane(24, 16);
  user.data[0] = 0.25;
  user.data[7 * 24 + 7] = 0.5;
  user.data[8 * 24 + 23] = 1;
  expect([...latentMask(user, 1)]).toEqual([0.5, 0, 0, 0, 0, 1]);
  expect([...latentMask(user, 0.5)]).toEqual([0.25, 0, 0, 0, 0, 0.5]);
  expect(() => latentMask(createPlane(20, 16), 1)).toThrow('whole number of latent cells');
});

describe('a run with kept latents', () => {
  test('ends with the original, exactly, where the mask is 0, and elsewhere where it is 1', () => {
    const mask = Float32Array.from({ length: cells }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const result = sample(mask);
    expect(largestDifference(result, original, (i) => (i % cells) % 3 !== 0)).toBe(0);
    expect(largestDifference(result, target, (i) => (i % cells) % 3 === 0)).toBeLessThan(1);
  });

  test('changes a cell the more the lighter its mask', () => {
    const mask = Float32Array.from({ length: cells }, (_, i) => i / (cells - 1));
    const result = sample(mask);
    const change = Array.from({ length: cells }, (_, i) => (result[i]! - original[i]!) / 3);
    expect(change[0]).toBe(0);
    expect(change.at(-1)).toBeGreaterThan(0.7);
    for (let i = 1; i < cells; i++) expect(change[i]! - change[i - 1]!).toBeGreaterThan(-1e-5);
    expect(change[Math.floor(cells / 2)]).toBeGreaterThan(0.1);
    expect(change[Math.floor(cells / 2)]).toBeLessThan(0.7);
  });

  test('keeps a held cell at its original with the noise of the time', () => {
    const kept = { original, noise, mask: new Float32Array(cells).fill(0.3) };
    const latents = new Float32Array(original.length).fill(99);
    restoreKept(latents, kept, 0.8);
    expect(latents).toEqual(noisedOriginal(kept, 0.8));
    const free = new Float32Array(original.length).fill(99);
    restoreKept(free, kept, 0.29);
    expect(largestDifference(free, 99)).toBe(0);
  });

  test('leaves out the steps in which nothing is free yet', () => {
    const at = (strength: number) => firstFreeStep(times, new Float32Array(3).fill(strength));
    expect(at(1)).toBe(0);
    expect(at(0.5)).toBe(10);
    expect(at(0)).toBe(steps);
    expect(sample(new Float32Array(cells))).toEqual(original);
  });
});

test('a mask of another grid is refused', () => {
  const kept = { original, noise, mask: new Float32Array(cells - 1) };
  expect(() => restoreKept(new Float32Array(original.length), kept, 0)).toThrow('grid');
});
