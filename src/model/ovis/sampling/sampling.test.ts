import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeGolden, fixtureConfigFiles, fixtureJson, loadCase, maxDifference } from '#testing/goldens';
import { parseOvisConfig } from '../config.ts';
import { guideByText, guideEdit } from './guidance.ts';
import { fitLatentPreview, previewLatents } from './latent-preview.ts';
import { decoderPositions, imagePositions, packLatents, tokenTime, unpackLatents } from './latent-tokens.ts';
import { gaussianNoise } from './noise.ts';
import { predictClean, solverStep, startSolver, type SolverName } from './solvers.ts';
import { timesteps } from './timesteps.ts';

const schedule = { shift: true, baseShift: 0.5, maxShift: 1.15 };

describeGolden('sampling against the reference', () => {
  const { vae, decoder } = parseOvisConfig(fixtureConfigFiles());

  it('schedules: every row of the table', () => {
    const rows = fixtureJson('ovis-u1-dev/goldens/schedule.json') as {
      num_steps: number;
      seq_len: number;
      shift: boolean;
      base_shift: number;
      max_shift: number;
      values: number[];
    }[];
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const config = { shift: row.shift, baseShift: row.base_shift, maxShift: row.max_shift };
      expect(maxDifference(timesteps(row.num_steps, row.seq_len, config), row.values)).toBeLessThan(1e-6);
    }
  });

  it('packs a scaled latent into tokens with positions', () => {
    const golden = loadCase('vae_encode');
    const size = { rows: 8, columns: 12 };
    const scaled = golden.f32('out.mean').data.map((value) => value * vae.scalingFactor);
    const wanted = golden.f32('out.packed_scaled_latents').data;
    expect(maxDifference(packLatents(scaled, size), wanted)).toBeLessThan(1e-6);
    expect(imagePositions(size, tokenTime.context)).toEqual(golden.f32('out.packed_ids').data);
  });

  it.each(['loop_t2i', 'loop_edit', 'e2e_t2i', 'e2e_edit'])('%s: schedule, first tokens, what the VAE gets', (id) => {
    const golden = loadCase(id);
    const size = { rows: 8, columns: 12 };
    const steps = golden.params['num_steps'] as number;
    const times = timesteps(steps, 24, decoder.schedule);
    expect(maxDifference(times, golden.f32('out.timesteps').data)).toBeLessThan(golden.atol('out.timesteps'));
    const latents = golden.f32('out.step_latents').data;
    expect(packLatents(golden.f32('in.noise').data, size)).toEqual(latents.subarray(0, 24 * 16));
    const vaeInput = unpackLatents(latents.subarray(steps * 24 * 16), size, 1 / vae.scalingFactor);
    expect(maxDifference(vaeInput, golden.f32('out.vae_input').data)).toBeLessThan(golden.atol('out.vae_input'));
  });

  it('numbers the tokens of a generated picture', () => {
    const wanted = loadCase('aspect_crop').f32('out.img_ids').data;
    expect(imagePositions({ rows: 6, columns: 8 }, tokenTime.generated)).toEqual(wanted);
  });

  it('context tokens are one step away in time', () => {
    const golden = loadCase('mmdit_cond');
    const context = golden.f32('in.cond_img_ids').data;
    const [rows, columns] = [Math.max(...context.filter((_, i) => i % 3 === 1)) + 1, context.at(-1)! + 1];
    expect(imagePositions({ rows: rows * 2, columns: columns * 2 }, tokenTime.context)).toEqual(context);
  });
});

describe('gaussianNoise', () => {
  it.each([
    [42, [0.194019, 2.161374, -0.172051, 0.84906, -1.924399, 0.652985]],
    [0, [-0.924663, -0.425344, -2.643846, 0.145184]],
  ])('starts for seed %i as the reference does', (seed, start) => {
    expect(maxDifference(gaussianNoise(seed, start.length), start)).toBeLessThan(1e-6);
  });

  it('gives the same numbers for a longer tensor, others for other calls and keys', () => {
    const start = gaussianNoise(7, 64);
    expect(gaussianNoise(7, 4096).subarray(0, 64)).toEqual(start);
    for (const other of [gaussianNoise(7, 64, { call: 1 }), gaussianNoise(8, 64), gaussianNoise(7 + 2 ** 32, 64)]) {
      expect(maxDifference(other, start)).toBeGreaterThan(1);
    }
  });

  it('is standard normal and independent of its neighbours', () => {
    const noise = gaussianNoise(1, 200_000);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(noise))).toBeLessThan(0.01);
    expect(Math.abs(mean(noise.map((value) => value * value)) - 1)).toBeLessThan(0.02);
    expect(Math.abs(mean(noise.map((value) => value ** 4)) - 3)).toBeLessThan(0.1);
    expect(Math.abs(mean(noise.map((value, i) => value * (noise[i + 1] ?? 0))))).toBeLessThan(0.01);
    expect(Math.max(...noise.subarray(0, 100_000))).toBeLessThan(6.7);
  });
});

describe('timesteps', () => {
  it('falls from one to zero for any number of steps and any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 16_384 }),
        fc.boolean(),
        (n, tokens, shift) => {
          const times = timesteps(n, tokens, { ...schedule, shift });
          expect(times).toHaveLength(n + 1);
          expect([times[0], times[n]]).toEqual([1, 0]);
          expect(times.every((t, i) => i === 0 || t < times[i - 1]!)).toBe(true);
        },
      ),
    );
  });
});

describe('latent tokens', () => {
  it('unpack to what was packed', () => {
    const even = fc.integer({ min: 1, max: 6 }).map((n) => n * 2);
    fc.assert(
      fc.property(even, even, fc.integer({ min: 1, max: 5 }), (rows, columns, channels) => {
        const latents = Float32Array.from({ length: rows * columns * channels }, (_, i) => i);
        expect(unpackLatents(packLatents(latents, { rows, columns }), { rows, columns })).toEqual(latents);
      }),
    );
  });

  it('line up text, picture and context', () => {
    const positions = decoderPositions(2, { rows: 2, columns: 4 }, [{ rows: 4, columns: 2 }]);
    expect([...positions]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0]);
  });
});

describe('guidance', () => {
  const none = Float32Array.of(1, 2);
  const image = Float32Array.of(3, 5);
  const full = Float32Array.of(4, 9);

  it('moves from the unconditional towards the conditional velocity', () => {
    expect([...guideByText(none, full, 5)]).toEqual([16, 37]);
    expect(guideByText(none, full, 1)).toEqual(full);
    expect(guideByText(none, full, 0)).toEqual(none);
  });

  it('weighs picture and words of an edit apart', () => {
    expect([...guideEdit({ none, image, full }, { image: 1.5, text: 6 })]).toEqual([10, 30.5]);
    expect(guideEdit({ none, image, full }, { image: 1, text: 1 })).toEqual(full);
    expect(guideEdit({ none, image, full }, { image: 1, text: 0 })).toEqual(image);
  });
});

/**
 * Rectified flow to a Gaussian N(mean, deviation²) per element, where all is known in closed form: x_t is Gaussian with
 * mean a·m and variance (a·s)² + t² for a = 1 − t, and its paths keep their quantile.
 */
const target = { mean: 2, deviation: 0.5 };
const spread = (t: number) => Math.hypot((1 - t) * target.deviation, t);
function gaussianVelocity(x: number, t: number): number {
  const { mean, deviation } = target;
  const a = 1 - t;
  const growth = (t - a * deviation ** 2) / spread(t) ** 2; // of the logarithm of the spread
  return -mean + growth * (x - a * mean);
}

/** Largest error after `steps` steps from noise to the Gaussian, over several paths. */
function errorAfter(name: SolverName, steps: number): number {
  const start = Float32Array.of(-2, -1, -0.3, 0.4, 1.1, 2.5);
  const exact = start.map((x) => target.mean + target.deviation * x);
  const times = timesteps(steps, 1024, schedule);
  let latents: Float32Array = start;
  let state = startSolver(name);
  for (let i = 0; i < steps; i++) {
    const [from, to] = [times[i]!, times[i + 1]!];
    const velocity = latents.map((x) => gaussianVelocity(x, from));
    ({ latents, state } = solverStep(state, { latents, velocity, from, to }));
  }
  return maxDifference(latents, exact);
}

describe('solvers', () => {
  it.each([
    ['euler', 1],
    ['multistep', 2],
  ] as const)('%s converges with order %i on the shifted grid', (name, order) => {
    const [coarse, fine] = [errorAfter(name, 80), errorAfter(name, 160)];
    expect(Math.log2(coarse / fine)).toBeGreaterThan(order - 0.2);
    expect(Math.log2(coarse / fine)).toBeLessThan(order + 0.5);
  });

  it('multistep needs at most half of the steps of euler', () => {
    for (const steps of [10, 20, 50])
      expect(errorAfter('multistep', steps / 2)).toBeLessThan(errorAfter('euler', steps));
  });

  it('multistep is exact where the velocity is linear in time, for steps of any lengths, after its first step', () => {
    const velocity = (t: number) => Float32Array.of(3 * t + 1);
    const exact = (t: number) => 1.5 * t * t + t;
    const times = [0.9, 0.85, 0.7, 0.6, 0.25, 0];
    let state = solverStep(startSolver('multistep'), {
      latents: Float32Array.of(0),
      velocity: velocity(1),
      from: 1,
      to: 0.9,
    }).state;
    let latents: Float32Array = Float32Array.of(exact(0.9));
    for (let i = 0; i + 1 < times.length; i++) {
      const [from, to] = [times[i]!, times[i + 1]!];
      ({ latents, state } = solverStep(state, { latents, velocity: velocity(from), from, to }));
      expect(latents[0]).toBeCloseTo(exact(to), 5);
    }
  });

  it('both go straight to the picture in one step', () => {
    const latents = Float32Array.of(1, -2);
    const velocity = Float32Array.of(0.5, 3);
    for (const name of ['euler', 'multistep'] as const) {
      const end = solverStep(startSolver(name), { latents, velocity, from: 1, to: 0 });
      expect(end.latents).toEqual(predictClean(latents, velocity, 1));
    }
    expect([...latents, ...velocity]).toEqual([1, -2, 0.5, 3]);
  });

  it('predict the clean latents that a straight path leads to', () => {
    const clean = Float32Array.of(0.25, -1);
    const noise = Float32Array.of(1, 2);
    const t = 0.75;
    const mixed = clean.map((x, i) => (1 - t) * x + t * noise[i]!);
    const velocity = clean.map((x, i) => noise[i]! - x);
    expect(maxDifference(predictClean(mixed, velocity, t), clean)).toBeLessThan(1e-6);
  });
});

describe('latent previews', () => {
  const size = { width: 12, height: 9 };
  const latents = gaussianNoise(3, 4 * 108);
  const truth = { weights: [20, 3, -5, 8, 1, 25, 2, -9, -4, 6, 30, 2], bias: [120, 110, 100] } as const;

  it('find the linear map behind the samples', () => {
    const rgb = previewLatents(truth, latents, size);
    const fitted = fitLatentPreview([{ latents, rgb }]);
    // Colours are whole numbers, so the map comes back up to their rounding.
    expect(maxDifference(fitted.weights, truth.weights)).toBeLessThan(0.2);
    expect(maxDifference(fitted.bias, truth.bias)).toBeLessThan(0.2);
    expect(maxDifference(previewLatents(fitted, latents, size).data, rgb.data)).toBeLessThanOrEqual(1);
  });

  it('survive channels that depend on each other', () => {
    const twice = latents.slice();
    twice.copyWithin(108, 0, 108);
    const rgb = previewLatents(truth, twice, size);
    const fitted = fitLatentPreview([{ latents: twice, rgb }]);
    expect(maxDifference(previewLatents(fitted, twice, size).data, rgb.data)).toBeLessThanOrEqual(1);
  });
});
