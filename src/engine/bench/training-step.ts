/** @file How fast a model of the size of the one in the box is trained: whole steps against their products alone. */
import { finishGraph, Scope, type Graph } from '#model/ir/graph';
import { printType } from '#model/ir/tensor-type';
import type { Builder } from '#model/nn/builder';
import { emitOnnx } from '#model/onnx/emit';
import { apply1 } from '#model/ops/apply';
import * as t from '#model/ops/tensor';
import type { OvisConfig } from '#model/ovis/config';
import { meanSquaredError } from '#train/losses/flow-matching';
import { predictFlow } from '#train/objectives/flow';
import { adamW } from '#train/optimise/adamw';
import { initialWeights } from '#train/session/initialise';
import { graphShape, parameterData } from '#train/session/parameter-layout';
import { buildUpdateStep, nextName, type TrainingStep } from '#train/session/training-step';

import { createSession, type OrtSession } from '../ort/ort-session.ts';
import { tensor, type Tensor } from '../ort/tensor.ts';
import { graphFlops, isProduct } from './graph-cost.ts';
import { measurePair } from './measure.ts';
import type { BenchRow } from './parts.ts';

/** Of a batch: pictures of 128 × 128 pixels, 8 × 8 tokens each, with captions of ordinary length. */
const BATCH = { samples: 16, imageTokens: 64, textTokens: 24 } as const;

/** About 20 million parameters. */
const HIDDEN = 320;
const HEAD = 64;
const CONDITION = 512;
const sizes: Pick<OvisConfig, 'refiner' | 'decoder'> = {
  refiner: {
    conditionSize: CONDITION,
    hiddenSize: HIDDEN,
    blockCount: 2,
    headCount: (2 * HIDDEN) / HEAD,
    headSize: HEAD / 2,
    mlpSize: 4 * HIDDEN,
  },
  decoder: {
    hiddenSize: HIDDEN,
    doubleBlockCount: 2,
    singleBlockCount: 5,
    headCount: HIDDEN / HEAD,
    headSize: HEAD,
    mlpSize: 4 * HIDDEN,
    qkvBias: true,
    tokenChannels: 16,
    ropeAxes: [16, 24, 24],
    ropeTheta: 10_000,
    schedule: { shift: true, baseShift: 0.5, maxShift: 1.15 },
  },
};

/** Forward, backward, clipping, AdamW and moving average: everything of a step but the data. */
export async function benchTrainingStep(): Promise<BenchRow> {
  const step = buildUpdateStep({
    objective: flowObjective,
    trains: () => true,
    optimiser: adamW(),
    clipNorm: 1,
    average: true,
    accumulation: 1,
  });
  const products = distinctProducts(step.graph);
  const options = { device: 'cpu', memoryArena: true } as const;
  const whole = await createSession(
    emitOnnx(step.graph, () => 'fed'),
    options,
  );
  const alone = await createSession(
    emitOnnx(products, () => 'fed'),
    options,
  );
  try {
    const fed = inputsOf(alone);
    const [stepTime, productTime] = await measurePair(stepper(step, whole), () => alone.run(fed));
    const { samples } = BATCH;
    const parameters = [...step.parameters.values()].reduce((sum, { shape }) => sum + countOf(shape), 0);
    return {
      part: 'training step',
      work: `${(parameters / 1e6).toFixed(0)}M parameters, ${samples} pictures`,
      timeMs: stepTime.bestMs,
      gflops: graphFlops(step.graph, {}) / (stepTime.bestMs * 1e6),
      overProducts: stepTime.bestMs / productTime.bestMs,
      ofBandwidth: null,
      tokensPerSecond: (1000 * samples * (BATCH.imageTokens + BATCH.textTokens)) / stepTime.bestMs,
    };
  } finally {
    await whole.release();
    await alone.release();
  }
}

function flowObjective(builder: Builder) {
  const { samples, imageTokens, textTokens } = BATCH;
  const f32 = (name: string, ...shape: number[]) => builder.input(name, 'f32', shape);
  const { predicted, target } = predictFlow(builder, sizes, {
    clean: f32('clean', samples, imageTokens, sizes.decoder.tokenChannels),
    noise: f32('noise', samples, imageTokens, sizes.decoder.tokenChannels),
    time: f32('time', samples),
    context: null,
    condition: f32('condition', samples, textTokens, CONDITION),
    padding: { weight: f32('weight', samples, textTokens, 1), keyBias: f32('keyBias', samples, 1, 1, 1 + textTokens) },
    rotary: {
      cos: f32('cos', imageTokens + textTokens, HEAD / 2),
      sin: f32('sin', imageTokens + textTokens, HEAD / 2),
      interleaved: true,
    },
  });
  return { loss: meanSquaredError(predicted, target) };
}

/** A run that is fed what the one before gave. */
function stepper(step: TrainingStep, session: OrtSession): () => Promise<unknown> {
  const inputs = inputsOf(session);
  const weights = initialWeights(step.parameters.values(), 1);
  for (const spec of step.parameters.values()) {
    inputs[spec.name] = tensor('f32', graphShape(spec), parameterData(spec, weights.get(spec.name)!, 'graph'));
  }
  // Moments start at zero: what is random there would not be a variance.
  for (const { name, slot } of step.state) if (slot) inputs[name]!.data.fill(0 as never);
  Object.assign(inputs, {
    adamRate: scalar(1e-4),
    adamCorrection: scalar(1),
    adamShrink: scalar(1),
    averageShare: scalar(0.01),
  });
  return async () => {
    const results = await session.run(inputs);
    for (const { name } of step.state) inputs[name] = results[nextName(name)]!;
  };
}

/**
 * The products of a graph and nothing else. Equal ones are kept apart by inputs of their own: in a step, those of equal
 * layers all have to be done.
 */
function distinctProducts(graph: Graph): Graph {
  const scope = new Scope();
  const seen = new Map<string, number>();
  const corners = graph.nodes.filter(isProduct).map(({ op, inputs, attributes }) => {
    const types = inputs.map((input) => printType(input!));
    const key = `${op} ${types.join()} ${JSON.stringify(attributes)}`;
    const twin = seen.get(key) ?? 0;
    seen.set(key, twin + 1);
    const fed = inputs.map((input, i) => scope.input(`${types[i]} ${i} ${twin}`, input!.dtype, input!.shape));
    // One element is given out, so that the product is computed and not copied.
    const product = apply1(op, fed, attributes);
    const corner = product.shape.reduce((rest, _, axis) => t.slice(rest, axis, 0, 1), product);
    return t.reshape(corner, [1]);
  });
  return finishGraph({ done: t.concat(corners, 0) });
}

/** Small numbers for every input; those of one shape share their memory. */
function inputsOf(session: OrtSession): Record<string, Tensor> {
  const shared = new Map<string, Tensor>();
  const inputs: Record<string, Tensor> = {};
  for (const [name, { shape }] of session.inputs) {
    const key = name.includes(':') ? name : shape.join();
    const existing = shared.get(key) ?? waves(shape as readonly number[]);
    shared.set(key, existing);
    inputs[name] = existing;
  }
  return inputs;
}

function waves(shape: readonly number[]): Tensor {
  return tensor(
    'f32',
    shape,
    Float32Array.from({ length: countOf(shape) }, (_, i) => Math.sin(i * 0.7)),
  );
}

function scalar(value: number): Tensor {
  return tensor('f32', [], Float32Array.of(value));
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
