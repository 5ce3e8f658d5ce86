/**
 * @file Golden losses and gradients: every case of a folder's `gradients` is built from the training objectives,
 * differentiated, run, and compared tensor by tensor within the manifest's tolerances.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { AppError } from '#base/app-error';
import { throwIfCancelled } from '#base/abort';
import { finishGraph, Scope, type Value } from '#model/ir/graph';
import { Builder } from '#model/nn/builder';
import { emitOnnx } from '#model/onnx/emit';
import { parseOvisConfig, type OvisConfig } from '#model/ovis/config';
import { openCheckpoint } from '#model/weights/node/checkpoint';
import { readSafetensors } from '#model/weights/node/safetensors-file';
import { float32Of, type TensorData } from '#model/weights/tensor-data';

import { gradients } from '../autodiff/gradients.ts';
import { parameterData } from '../session/parameter-layout.ts';
import type { HostTensor } from '../runtime.ts';
import { GradientCase, type GradientOptions, type ManifestCase } from './gradient-case.ts';
import { readManifest, type ParityRow } from './golden.ts';
import { objectives, type GradientObjective } from './gradient-objectives.ts';
import { adamwCase } from './adamw-case.ts';

/** A folder with its checkpoint in memory. */
export interface GradientFolder {
  readonly config: OvisConfig;
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly cases: readonly GradientCase[];
}

/**
 * Runs all cases below `folder`, which holds `model` and `gradients`.
 * @throws AppError `golden-invalid`, `golden-unknown`
 */
export async function* runGradientCases(folder: string, options: GradientOptions): AsyncGenerator<ParityRow> {
  const { config, weights, cases } = await openGradientFolder(folder);
  for (const golden of cases) {
    throwIfCancelled(options.signal);
    yield* await runGradientCase(golden, config, weights, options);
  }
}

export async function openGradientFolder(folder: string): Promise<GradientFolder> {
  const model = path.join(folder, 'model');
  const json = async (file: string) => JSON.parse(await readFile(path.join(model, file), 'utf8')) as unknown;
  const manifest = await readManifest<{ cases: readonly ManifestCase[] }>(path.join(folder, 'gradients'));
  return {
    config: parseOvisConfig({
      config: await json('config.json'),
      preprocessorConfig: await json('preprocessor_config.json'),
    }),
    weights: await readWeights(model),
    cases: await Promise.all(manifest.cases.map((entry) => GradientCase.read(path.join(folder, 'gradients'), entry))),
  };
}

/** All tensors of a checkpoint folder, from one file or several. */
async function readWeights(folder: string): Promise<Map<string, TensorData>> {
  const { tensors } = await openCheckpoint(folder);
  const weights = new Map<string, TensorData>();
  for (const file of new Set([...tensors.values()].map((tensor) => tensor.path))) {
    for (const [name, tensor] of await readSafetensors(file)) weights.set(name, tensor);
  }
  return weights;
}

export async function runGradientCase(
  golden: GradientCase,
  config: OvisConfig,
  weights: ReadonlyMap<string, TensorData>,
  options: GradientOptions,
): Promise<ParityRow[]> {
  if (golden.id.startsWith('adamw')) return adamwCase(golden, config, weights, options);
  const build = objectives.find(([prefix]) => golden.id.startsWith(prefix))?.[1];
  if (!build) {
    throw new AppError('golden-unknown', `The golden case "${golden.id}" is of a kind this version does not know.`, {
      data: { case: golden.id },
    });
  }
  const { outputs, inputs, gradientOf, builder } = buildCase(golden, config, build, options.fused ?? true);
  const graph = finishGraph(outputs);
  const specs = builder.parameters;
  const weightOf = (name: string): Float32Array => {
    const stored = weights.get(name);
    return stored ? float32Of(stored) : golden.f32(`in.${name}`);
  };
  const session = await options.loadGraph(
    emitOnnx(graph, (name) => parameterData(specs.get(name)!, weightOf(name), 'graph')),
  );
  try {
    const used = Object.fromEntries(Object.entries(inputs).filter(([name]) => graph.inputs.has(name)));
    const results = await session.run(used);
    const rows: ParityRow[] = [];
    for (const [name, expected] of Object.entries(golden.outputs)) {
      const actual = results[`out.${name}`];
      if (expected.dtype === 'F32' && actual) rows.push(golden.compare(`out.${name}`, actual.data as Float32Array));
    }
    for (const name of Object.keys(golden.gradients)) {
      const actual = gradientOf(name, results);
      rows.push(golden.compare(`grad.${name}`, actual ?? new Float32Array()));
    }
    for (const name of golden.withoutGradient) {
      const error = gradientOf(name, results) ? Number.POSITIVE_INFINITY : 0;
      rows.push({ case: golden.id, tensor: `none.${name}`, error, allowed: 0, passed: error === 0, relative: null });
    }
    return rows;
  } finally {
    await session.release();
  }
}

function buildCase(golden: GradientCase, config: OvisConfig, build: GradientObjective, fused: boolean) {
  const adapt = golden.adapters();
  const builder = new Builder(new Scope(), { fused, fusedAttention: false, ...(adapt && { adapt }) });
  const { loss, outputs, inputs } = build(builder, config, golden);
  const names = Object.keys(golden.gradients);
  const { parameters, inputs: fed } = finishGraph({ loss });
  const found = names.map((name) => (name.startsWith('in.') ? fed.get(name) : parameters.get(name)));
  const wanted = found.filter((value) => value !== undefined);
  const made = new Map(gradients(loss, wanted).map((gradient, i) => [wanted[i]!, gradient]));
  const all: Record<string, Value> = { 'out.loss': loss, ...outputs };
  names.forEach((name, i) => {
    const gradient = found[i] && made.get(found[i]);
    if (gradient) all[`grad.${name}`] = gradient;
  });
  return {
    builder,
    inputs,
    outputs: all,
    /** In the checkpoint's layout. */
    gradientOf: (name: string, results: Readonly<Record<string, HostTensor>>): Float32Array | undefined => {
      const data = results[`grad.${name}`]?.data as Float32Array | undefined;
      const spec = builder.parameters.get(name);
      return data && spec ? parameterData(spec, data, 'checkpoint') : data;
    },
  };
}
