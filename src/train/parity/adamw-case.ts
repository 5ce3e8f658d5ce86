/** @file The golden case of the optimiser: three clipped steps of AdamW on one batch, then the loss once more. */
import type { OvisConfig } from '#model/ovis/config';
import { emitOnnx } from '#model/onnx/emit';
import { float32Of, type TensorData } from '#model/weights/tensor-data';

import { adamW } from '../optimise/adamw.ts';
import { hostTensor, type HostTensor } from '../runtime.ts';
import { parameterData } from '../session/parameter-layout.ts';
import { buildUpdateStep, nextName } from '../session/training-step.ts';
import { maxDifference, type ParityRow } from './golden.ts';
import type { GradientCase, GradientOptions } from './gradient-case.ts';
import { flowCase } from './gradient-objectives.ts';

export async function adamwCase(
  golden: GradientCase,
  config: OvisConfig,
  weights: ReadonlyMap<string, TensorData>,
  { loadGraph }: GradientOptions,
): Promise<ParityRow[]> {
  const optimiser = adamW({
    beta1: golden.number('beta1'),
    beta2: golden.number('beta2'),
    epsilon: golden.number('eps'),
    weightDecay: golden.number('weight_decay'),
  });
  let batch: Readonly<Record<string, HostTensor>> = {};
  const step = buildUpdateStep({
    objective: (builder) => {
      const { loss, inputs } = flowCase(builder, config, golden);
      batch = inputs;
      return { loss };
    },
    trains: () => true,
    optimiser,
    clipNorm: golden.number('max_grad_norm'),
    average: false,
    accumulation: 1,
  });
  const specOf = (name: string) => step.parameters.get(name)!;
  let state: Record<string, HostTensor> = {};
  for (const { name, parameter, slot } of step.state) {
    const shape = (step.graph.parameters.get(parameter)!.shape as number[]).slice();
    const start = parameterData(specOf(parameter), float32Of(weights.get(parameter)!), 'graph');
    state[name] = hostTensor('f32', shape, slot === null ? start : new Float32Array(start.length));
  }

  const session = await loadGraph(emitOnnx(step.graph, () => 'fed'));
  const losses: number[] = [];
  const norms: number[] = [];
  const count = golden.number('steps');
  try {
    // One run more than there are steps shows the loss after the last one.
    for (let s = 1; s <= count + 1; s++) {
      const scalars = Object.entries(optimiser.scalars({ learningRate: golden.number('lr'), step: s }));
      const fed = Object.fromEntries(
        scalars.map(([name, value]) => [name, hostTensor('f32', [], Float32Array.of(value))]),
      );
      const results = await session.run({ ...state, ...batch, ...fed });
      losses.push((results['loss']!.data as Float32Array)[0]!);
      if (s > count) break;
      norms.push((results['gradientNorm']!.data as Float32Array)[0]!);
      state = Object.fromEntries(Object.keys(state).map((name) => [name, results[nextName(name)]!]));
    }
  } finally {
    await session.release();
  }

  const rows = [
    golden.compare('out.loss', Float32Array.from(losses.slice(0, count))),
    golden.compare('out.grad_norm', Float32Array.from(norms)),
    golden.compare('out.loss_after', Float32Array.of(losses[count]!)),
  ];
  for (const output of Object.keys(golden.outputs)) {
    if (!output.startsWith('param.')) continue;
    const name = output.slice('param.'.length);
    const actual = parameterData(specOf(name), state[name]!.data as Float32Array, 'checkpoint');
    rows.push(...compareMasked(golden, output, `mask.${name}`, actual));
  }
  return rows;
}

/** Where the gradient was rounding noise, Adam moves by up to the rate in any direction: only the mask is judged closely. */
function compareMasked(golden: GradientCase, output: string, mask: string, actual: Float32Array): ParityRow[] {
  const expected = golden.f32(`out.${output}`);
  const { atol = 0, atol_unmasked: loose = 0, rms_atol: rmsAllowed = 0, rms = 1 } = golden.outputs[output]!;
  const counts = golden.u8(`out.${mask}`);
  const only = (values: Float32Array, wanted: number) => values.filter((_, i) => counts[i] === wanted);
  const masked = only(actual, 1);
  const wanted = only(expected, 1);
  const unmasked = maxDifference(only(expected, 0), only(actual, 0));
  const squares = wanted.reduce((sum, value, i) => sum + (value - masked[i]!) ** 2, 0);
  return [
    row(golden.id, `out.${output}`, maxDifference(wanted, masked), atol, rms),
    row(golden.id, `out.${output} (unmasked)`, unmasked, loose, rms),
    row(golden.id, `out.${output} (rms)`, Math.sqrt(squares / wanted.length), rmsAllowed, rms),
  ];
}

function row(id: string, tensor: string, error: number, allowed: number, rms: number): ParityRow {
  return { case: id, tensor, error, allowed, passed: error <= allowed, relative: error / rms };
}
