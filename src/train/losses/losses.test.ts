import { describe, expect, it } from 'vitest';

import { fromTensor, nd, sumOver, tabulate, toTensor, type Nd } from '#testing/nd';
import { runGraph } from '#testing/run-graph';
import type { Value } from '#model/ir/graph';

import { createRng } from '../data/random.ts';
import { absoluteError, edgeError } from './autoencoder.ts';
import { crossEntropy } from './cross-entropy.ts';
import { meanSquaredError, noisyLatents, velocity } from './flow-matching.ts';
import { sampleTimestep } from './timestep-sampling.ts';

async function evaluate(build: (...inputs: Value[]) => Value, ...inputs: Nd[]): Promise<Nd> {
  const fed = inputs.map((input) => toTensor(input, 'f32'));
  const { y } = await runGraph(
    (scope) => ({ y: build(...fed.map(({ shape }, i) => scope.input(`x${i}`, 'f32', shape))) }),
    Object.fromEntries(fed.map((feed, i) => [`x${i}`, feed])),
  );
  return fromTensor(y);
}

const rng = createRng(9);
const random = (...shape: number[]) => tabulate(shape, () => rng.normal());

describe('cross-entropy', () => {
  it('is the mean over the rows that count, and only over them', async () => {
    const logits = random(3, 4);
    const labels = [2, 0, 3];
    const lost = (row: number) =>
      Math.log(sumOver(4, (k) => Math.exp(logits.at(row, k)))) - logits.at(row, labels[row]!);
    const loss = async (weights: number[]) => {
      const build = (x: Value, w: Value) =>
        crossEntropy(x, x.scope.constant('i64', [3], BigInt64Array.from(labels, BigInt)), w);
      return (await evaluate(build, logits, nd([3], weights))).data[0]!;
    };
    expect(await loss([1, 1, 1])).toBeCloseTo((lost(0) + lost(1) + lost(2)) / 3, 5);
    expect(await loss([0, 1, 0])).toBeCloseTo(lost(1), 5);
  });
});

describe('flow matching', () => {
  it('goes in a straight line from the picture to noise', async () => {
    const [clean, noise] = [random(2, 3, 2), random(2, 3, 2)];
    const time = nd([2], [0, 0.25]);
    const noisy = await evaluate(noisyLatents, clean, noise, time);
    const wanted = tabulate(
      [2, 3, 2],
      (n, i, c) => clean.at(n, i, c) * (1 - time.at(n)) + noise.at(n, i, c) * time.at(n),
    );
    noisy.data.forEach((value, i) => expect(value).toBeCloseTo(wanted.data[i]!, 6));
    const direction = await evaluate(velocity, clean, noise);
    direction.data.forEach((value, i) => expect(value).toBeCloseTo(noise.data[i]! - clean.data[i]!, 6));
  });

  it('weighs samples', async () => {
    const [a, b] = [random(2, 3), random(2, 3)];
    const squares = (n: number) => sumOver(3, (i) => (a.at(n, i) - b.at(n, i)) ** 2) / 3;
    const plain = await evaluate((x, y) => meanSquaredError(x, y), a, b);
    expect(plain.data[0]).toBeCloseTo((squares(0) + squares(1)) / 2, 5);
    const weighted = await evaluate((x, y, w) => meanSquaredError(x, y, w), a, b, nd([2], [3, 0.5]));
    expect(weighted.data[0]).toBeCloseTo((3 * squares(0) + 0.5 * squares(1)) / 2, 5);
  });

  it('takes timesteps mostly from the middle, moved towards noise when shifted', () => {
    const many = (shift: number) => {
      const source = createRng(1);
      return Array.from({ length: 4000 }, () => sampleTimestep(source, { mean: 0, deviation: 1, shift }));
    };
    const mean = (values: number[]) => sumOver(values.length, (i) => values[i]!) / values.length;
    expect(mean(many(1))).toBeCloseTo(0.5, 1);
    expect(many(1).filter((time) => time > 0.25 && time < 0.75).length / 4000).toBeCloseTo(0.73, 1);
    expect(mean(many(3))).toBeGreaterThan(0.65);
    expect(many(3).every((time) => time > 0 && time < 1)).toBe(true);
  });
});

describe('the error of edges', () => {
  it('sees what an absolute error of the same size does not', async () => {
    const picture = tabulate([1, 1, 8, 8], (_, __, i, j) => Math.sin(i) + Math.cos(j));
    const brighter = tabulate([1, 1, 8, 8], (...i) => picture.at(...i) + 0.5);
    const rough = tabulate([1, 1, 8, 8], (n, c, i, j) => picture.at(n, c, i, j) + ((i + j) % 2 === 0 ? 0.5 : -0.5));
    const error = async (other: Nd) => (await evaluate((a, b) => edgeError(a, b), other, picture)).data[0]!;
    expect(await error(picture)).toBe(0);
    expect(await error(brighter)).toBeCloseTo(0, 5);
    // Every neighbour differs by one at full size; halved, the pattern is gone.
    expect(await error(rough)).toBeCloseTo(1 / 3, 5);
    const absolute = async (other: Nd) => (await evaluate(absoluteError, other, picture)).data[0]!;
    expect(await absolute(brighter)).toBeCloseTo(await absolute(rough), 5);
  });
});
