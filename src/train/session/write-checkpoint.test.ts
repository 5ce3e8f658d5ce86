import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { parseOvisConfig, type OvisConfig } from '#model/ovis/config';
import { decoderRope } from '#model/ovis/processing/rope';
import { imagePositions, tokenTime } from '#model/ovis/sampling/latent-tokens';
import { ovisParameters } from '#model/ovis/parameters';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { openPackage } from '#model/weights/node/model-package';
import { readSafetensors } from '#model/weights/node/safetensors-file';
import { float32Of } from '#model/weights/tensor-data';
import { makeTinyCheckpoint } from '#testing/tiny-checkpoint';

import { readAdapters, writeAdapters } from '../adapters/adapter-file.ts';
import { isAdapterParameter, lowRankAdapters } from '../adapters/low-rank.ts';
import { createRng } from '../data/random.ts';
import { meanSquaredError } from '../losses/flow-matching.ts';
import { predictFlow } from '../objectives/flow.ts';
import { adamW } from '../optimise/adamw.ts';
import { hostTensor } from '../runtime.ts';
import { initialWeights } from './initialise.ts';
import { train } from './train.ts';
import { parametersOf, type TrainingBatch, type TrainingPlan } from './training-plan.ts';
import { weightsOf, type TrainingState, type Weights } from './training-state.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

const loadGraph = (model: Uint8Array) => createSession(model, { device: 'cpu' });
const batchSize = 2;
const textTokens = 3;
const side = 4; // of the latents

let folder = '';
let config: OvisConfig;
let texts: ReadonlyMap<string, string>;
let weights: Weights;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trained-'));
  const tiny = path.join(folder, 'tiny');
  await makeTinyCheckpoint(tiny);
  const names = ['config.json', 'preprocessor_config.json', 'tokenizer.json'];
  texts = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(tiny, name), 'utf8')] as const)),
  );
  const json = (name: string) => JSON.parse(texts.get(name)!) as unknown;
  config = parseOvisConfig({ config: json('config.json'), preprocessorConfig: json('preprocessor_config.json') });
  const stored = await readSafetensors(path.join(tiny, 'model.safetensors'));
  weights = new Map([...stored].map(([name, tensor]) => [name, float32Of(tensor)]));
});
afterAll(() => rm(folder, { recursive: true }));

function flowPlan(changes: Partial<TrainingPlan>): TrainingPlan {
  const { tokenChannels, headSize } = config.decoder;
  const image = [batchSize, (side / 2) ** 2, tokenChannels];
  const rotary = [textTokens + image[1]!, headSize / 2];
  return {
    name: 'flow',
    steps: 3,
    objectives: {
      square: (builder) => {
        const { predicted, target } = predictFlow(builder, config, {
          clean: builder.input('clean', 'f32', image),
          noise: builder.input('noise', 'f32', image),
          time: builder.input('time', 'f32', [batchSize]),
          context: null,
          condition: builder.input('condition', 'f32', [batchSize, textTokens, config.refiner.conditionSize]),
          padding: null,
          rotary: {
            cos: builder.input('cos', 'f32', rotary),
            sin: builder.input('sin', 'f32', rotary),
            interleaved: true,
          },
        });
        return { loss: meanSquaredError(predicted, target) };
      },
    },
    trains: () => true,
    optimiser: adamW(),
    schedule: () => 1e-3,
    ...changes,
  };
}

/** The same batch again and again. */
async function* oneBatch(): AsyncGenerator<TrainingBatch, undefined> {
  const rng = createRng(3);
  const random = (shape: readonly number[]) =>
    hostTensor(
      'f32',
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    );
  const { tokenChannels, headSize } = config.decoder;
  const image = [batchSize, (side / 2) ** 2, tokenChannels];
  const positions = Float32Array.of(
    ...new Float32Array(3 * textTokens),
    ...imagePositions({ rows: side, columns: side }, tokenTime.generated),
  );
  const { cos, sin } = decoderRope(positions, config.decoder);
  const inputs = {
    clean: random(image),
    noise: random(image),
    time: hostTensor('f32', [batchSize], Float32Array.of(0.2, 0.7)),
    condition: random([batchSize, textTokens, config.refiner.conditionSize]),
    cos: hostTensor('f32', [positions.length / 3, headSize / 2], cos),
    sin: hostTensor('f32', [positions.length / 3, headSize / 2], sin),
  };
  for (;;) yield { bucket: 'square', inputs, samples: batchSize };
}

async function run(plan: TrainingPlan, from: Weights): Promise<{ losses: number[]; state: TrainingState }> {
  const losses: number[] = [];
  const training = train(plan, { weights: from, batches: oneBatch, loadGraph });
  for (;;) {
    const next = await training.next();
    if (next.done) return { losses, state: next.value };
    losses.push(next.value.loss);
  }
}

describe('a trained model', () => {
  it('becomes a checkpoint that is imported like any other', { timeout: 30_000 }, async () => {
    const plan = flowPlan({});
    const { losses, state } = await run(plan, weights);
    expect(losses[2]).toBeLessThan(losses[0]!);

    const trained = weightsOf(plan, state);
    const frozen = ovisParameters(config).filter(({ name }) => !trained.has(name));
    for (const spec of frozen)
      trained.set(spec.name, { spec, data: weights.get(spec.name)! as Float32Array<ArrayBuffer> });
    const checkpoint = path.join(folder, 'trained');
    await writeCheckpoint(checkpoint, trained, texts);
    await importCheckpoint(checkpoint, path.join(folder, 'package'), { precision: 'f32' });

    const model = await openPackage(path.join(folder, 'package'));
    const name = 'visual_generator.backbone.img_in.weight';
    const imported = float32Of(await model.readTensor(name));
    // A package holds matrices as graphs read them, as the state does.
    expect(imported).toEqual(state.tensors.get(name)!.data);
    expect(trained.get(name)!.data).not.toEqual(weights.get(name));
  });
});

describe('a part that begins with nothing', () => {
  it(
    'gets the same weights whatever else there is, and its blocks begin as identities',
    { timeout: 30_000 },
    async () => {
      const specs = ovisParameters(config);
      const all = initialWeights(specs, 7);
      const decoder = initialWeights(
        specs.filter(({ part }) => part === 'decoder'),
        7,
      );
      for (const [name, data] of decoder) expect({ name, data: all.get(name) }).toEqual({ name, data });
      expect(initialWeights(specs, 8).get('llm.model.embed_tokens.weight')).not.toEqual(
        all.get('llm.model.embed_tokens.weight'),
      );
      for (const spec of specs) {
        expect(all.get(spec.name)!.length).toBe(spec.shape.reduce((a, b) => a * b, 1));
        expect(all.get(spec.name)!.every(Number.isFinite)).toBe(true);
      }
      // A decoder that says nothing leaves the mean square of noise - clean, about 2.
      const { losses } = await run(flowPlan({ steps: 40, schedule: () => 3e-3 }), all);
      expect(losses[0]).toBeGreaterThan(1.5);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 4);
    },
  );
});

describe('low-rank adapters', () => {
  const rank = 2;
  const alpha = 4;

  it(
    'change nothing at first, are all that is trained, and are kept in a file of their own',
    { timeout: 30_000 },
    async () => {
      const adapt = lowRankAdapters({
        rank,
        alpha,
        adapts: (layer) => /(double|single)_blocks\.\d+\..*(qkv|proj|linear1)$/.test(layer),
      });
      const trains = ({ name }: { name: string }) => isAdapterParameter(name);
      const plan = flowPlan({ adapt, trains, steps: 20, schedule: () => 1e-2 });
      const fresh = [...parametersOf(plan).values()].filter(trains);
      expect(fresh.length).toBe(2 * (2 * 6 + 2));
      const { losses, state } = await run(plan, new Map([...weights, ...initialWeights(fresh, 1)]));
      expect(losses[0]).toBe((await run(flowPlan({ steps: 1 }), weights)).losses[0]);
      expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.9);

      const file = path.join(folder, 'style.safetensors');
      await writeAdapters(file, weightsOf(plan, state), { rank, alpha });
      const adapters = await readAdapters(file);
      expect(adapters).toMatchObject({ rank, alpha });
      expect([...adapters.weights.keys()].sort()).toEqual(fresh.map(({ name }) => name).sort());
      const again = await run(flowPlan({ adapt, trains, steps: 1 }), new Map([...weights, ...adapters.weights]));
      expect(again.losses[0]).toBeLessThan(losses.at(-1)!);
    },
  );

  it('are not read from what is something else', async () => {
    const other = path.join(folder, 'tiny', 'model.safetensors');
    await expect(readAdapters(other)).rejects.toMatchObject({ code: 'adapter-invalid' });
  });
});
