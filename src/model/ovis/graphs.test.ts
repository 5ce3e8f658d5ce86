import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { createSession } from '#engine/ort/ort-session';
import { tensor, type Tensor } from '#engine/ort/tensor';
import {
  describeGolden,
  FIXTURES,
  fixtureConfigFiles,
  fixtureJson,
  fixtureTensor,
  loadCase,
  maxDifference,
  type GoldenCase,
} from '#testing/goldens';
import type { ParameterSpec } from '../parameters.ts';
import { verifyGraph } from '../ir/verify.ts';
import { emitOnnx } from '../onnx/emit.ts';
import { parseOvisConfig, type OvisConfig } from './config.ts';
import { buildOvisGraph, ovisGraphs, type OvisGraphName } from './graphs.ts';
import { isUnusedParameter, ovisParameters } from './parameters.ts';
import { densePositionWeights, positionTaps } from './processing/position-table.ts';
import { decoderRope, llmRope, visionRope } from './processing/rope.ts';
import { visionPositions, type VisionGrid } from './processing/vision-layout.ts';
import { frameOfPatches, windowOfPatches } from './processing/vision-segments.ts';

describeGolden('the parameters of the definitions', () => {
  const config = parseOvisConfig(fixtureConfigFiles());

  it('are those of the checkpoint', () => {
    const bytes = readFileSync(path.join(FIXTURES, 'ovis-u1-dev/model/model.safetensors'));
    const size = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + size)) as Record<string, { shape: number[] }>;
    const stored = Object.entries(header).filter(([name]) => name !== '__metadata__' && !isUnusedParameter(name));
    const wanted = ovisParameters(config).map(({ name, shape }) => [name, shape]);
    expect(Object.fromEntries(wanted)).toEqual(Object.fromEntries(stored.map(([name, { shape }]) => [name, shape])));
  });

  it('are those of Ovis-U1-3B for its configuration', () => {
    const { tensors } = fixtureJson('full3b-tensors.json') as { tensors: Record<string, number[]> };
    const read = (file: string) => JSON.parse(readFileSync(`resources/configs/ovis-u1-3b/${file}`, 'utf8')) as unknown;
    const files = { config: read('config.json'), preprocessorConfig: read('preprocessor_config.json') };
    const stored = Object.entries(tensors).filter(([name]) => !isUnusedParameter(name));
    const wanted = ovisParameters(parseOvisConfig(files)).map(({ name, shape }) => [name, shape]);
    expect(Object.fromEntries(wanted)).toEqual(Object.fromEntries(stored));
  });
});

for (const fused of [true, false]) {
  describeGolden(`the graphs, ${fused ? 'fused' : 'plain'}, give the reference's numbers for`, () => {
    const config = parseOvisConfig(fixtureConfigFiles());

    it.each(['vision_square', 'vision_nonsquare', 'vision_packed', 'vision_video'])('%s', async (id) => {
      const golden = loadCase(id);
      const grids = gridsOf(golden);
      const outputs = await run('packedVision', config, fused, {
        patches: f32(golden, 'in.pixel_values'),
        ...visionInputs(grids, config),
      });
      expectClose(golden, {
        'out.features': outputs,
        'out.logits': outputs,
        'out.embeds': { embeds: outputs['embeddings']! },
      });
    });

    it('the language model', async () => {
      const golden = loadCase('llm_prefill');
      const ids = golden.i32('in.input_ids');
      const tokens = ids.data.length;
      const rope = llmRope(tokens, config.llm);
      const outputs = await run('condition', config, fused, {
        ids: tensor('i64', [tokens], BigInt64Array.from(ids.data, BigInt)),
        visual: tensor('f32', [0, config.llm.hiddenSize], new Float32Array(0)),
        places: tensor('i64', [0], new BigInt64Array(0)),
        cos: tensor('f32', [...rope.shape], rope.cos),
        sin: tensor('f32', [...rope.shape], rope.sin),
        causalBias: causalBias(tokens),
      });
      expectClose(golden, { 'out.cond': { cond: outputs['condition']! } });
    });

    it.each(['refiner', 'refiner_len1'])('%s', async (id) => {
      const golden = loadCase(id);
      const outputs = await run('refiner', config, fused, { condition: f32(golden, 'in.cond') });
      expectClose(golden, {
        'out.txt_fea': { txt_fea: outputs['text']! },
        'out.txt_fea_avg': { txt_fea_avg: outputs['pooled']! },
      });
    });

    it.each(['mmdit', 'mmdit_cond'])('%s', async (id) => {
      const golden = loadCase(id);
      const refined = await run('refiner', config, fused, { condition: f32(golden, 'in.txt') });
      const parts = golden.names.includes('in.cond_img') ? ['img', 'cond_img'] : ['img'];
      const tokens = parts.flatMap((name) => Array.from(golden.f32(`in.${name}`).data));
      const positions = ['txt', ...parts].flatMap((name) => Array.from(golden.f32(`in.${name}_ids`).data));
      const rope = decoderRope(Float32Array.from(positions), config.decoder);
      const channels = config.decoder.tokenChannels;
      const { velocity } = await run('decoder', config, fused, {
        tokens: tensor('f32', [1, tokens.length / channels, channels], Float32Array.from(tokens)),
        text: refined['text']!,
        pooled: refined['pooled']!,
        timestep: tensor('f32', [1], golden.f32('in.timesteps').data),
        cos: tensor('f32', [...rope.shape], rope.cos),
        sin: tensor('f32', [...rope.shape], rope.sin),
      });
      const wanted = golden.f32('out.pred').data;
      const noisy = (velocity!.data as Float32Array).subarray(0, wanted.length);
      expect(maxDifference(noisy, wanted)).toBeLessThanOrEqual(golden.atol('out.pred'));
    });

    it('the VAE in both directions', async () => {
      const encode = loadCase('vae_encode');
      const posterior = await run('vaeEncoder', config, fused, { pixels: f32(encode, 'in.pixels') });
      expectClose(encode, { 'out.mean': posterior, 'out.logvar': { logvar: posterior['logVariance']! } });

      const decode = loadCase('vae_decode');
      const { pixels } = await run('vaeDecoder', config, fused, { latents: f32(decode, 'in.latents') });
      expectClose(decode, { 'out.image': { image: pixels! } });
    });
  });
}

describe('every graph', () => {
  it.runIf(describeGolden !== describe.skip).each(Object.keys(ovisGraphs))('%s verifies', (name) => {
    const config = parseOvisConfig(fixtureConfigFiles());
    for (const fused of [true, false]) verifyGraph(buildOvisGraph(name as OvisGraphName, config, { fused }));
  });
});

async function run(
  name: OvisGraphName,
  config: OvisConfig,
  fused: boolean,
  inputs: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const specs = new Map(ovisParameters(config).map((spec) => [spec.name, spec]));
  const graph = buildOvisGraph(name, config, { fused });
  verifyGraph(graph);
  const model = emitOnnx(graph, (parameter) => stored(specs.get(parameter)!));
  const session = await createSession(model, { device: 'cpu' });
  try {
    // The fused attention of a whole sequence masks by itself and takes no bias.
    return await session.run(Object.fromEntries(Object.entries(inputs).filter(([input]) => session.inputs.has(input))));
  } finally {
    await session.release();
  }
}

/** A checkpoint tensor in the layout that graphs read: matrices of linear layers as [in, out]. */
function stored({ name, shape, kind }: ParameterSpec): Float32Array {
  const { data } = fixtureTensor(name);
  if (kind !== 'linear') return data;
  const rows = shape[0]!;
  const columns = data.length / rows;
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}

function f32(golden: GoldenCase, name: string): Tensor {
  const { shape, data } = golden.f32(name);
  return tensor('f32', [...shape], data);
}

function gridsOf(golden: GoldenCase): VisionGrid[] {
  const { data, shape } = golden.i32('in.grid_thw');
  return Array.from({ length: shape[0]! }, (_, i) => ({
    frames: data[3 * i]!,
    rows: data[3 * i + 1]!,
    columns: data[3 * i + 2]!,
  }));
}

function visionInputs(grids: VisionGrid[], { vision }: OvisConfig): Record<string, Tensor> {
  const rope = visionRope(visionPositions(grids, vision.mergeSize), vision);
  const taps = positionTaps(grids, vision);
  const pictures = frameOfPatches(grids);
  return {
    positionWeights: tensor(
      'f32',
      [pictures.length, vision.tableSize ** 2],
      densePositionWeights(taps, vision.tableSize),
    ),
    cos: tensor('f32', [...rope.shape], rope.cos),
    sin: tensor('f32', [...rope.shape], rope.sin),
    pictures: tensor('i32', [pictures.length], pictures),
    ...(vision.fullAttentionBlocks && {
      windows: tensor('i32', [pictures.length], windowOfPatches(grids, vision)),
    }),
  };
}

function causalBias(tokens: number): Tensor {
  const bias = new Float32Array(tokens * tokens);
  for (let row = 0; row < tokens; row++) bias.fill(-1e30, row * tokens + row + 1, (row + 1) * tokens);
  return tensor('f32', [tokens, tokens], bias);
}

/** Compares outputs by the last part of their golden names. */
function expectClose(golden: GoldenCase, outputs: Record<string, Record<string, Tensor>>): void {
  for (const [name, values] of Object.entries(outputs)) {
    const actual = values[name.slice('out.'.length)]!;
    const error = maxDifference(actual.data as Float32Array, golden.f32(name).data);
    expect(error, `${golden.id} ${name}`).toBeLessThanOrEqual(golden.atol(name));
  }
}
