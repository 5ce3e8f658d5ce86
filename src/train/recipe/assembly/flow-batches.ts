/** @file Noise, times and paddings of flow matching batches. */
import { MASKED } from '#model/nn/attention';

import type { Rng } from '../../data/random.ts';
import { sampleTimestep } from '../../losses/timestep-sampling.ts';
import { hostTensor, type HostTensor } from '../../runtime.ts';
import type { Sequence } from './sequences.ts';

/** What a picture is to be is decided at high noise, and only there do its words say more than what is seen of it. */
const TIMES = { mean: 1.4, deviation: 1.2 } as const;
/** The ends would hardly occur otherwise, and sampling begins at one of them. */
const UNIFORM_SHARE = 0.15;

/** How far one picture is on its way to noise. */
export function sampleTime(rng: Rng): number {
  return rng.chance(UNIFORM_SHARE) ? rng.unit() : sampleTimestep(rng, TIMES);
}

/** Which positions of padded conditions count: conditionWeight and conditionBias of `flowObjective`. */
export function paddingInputs(sequences: readonly Sequence[], length: number): Record<string, HostTensor> {
  const batch = sequences.length;
  const weight = new Float32Array(batch * length);
  // [CLS] stands in front of the condition.
  const bias = new Float32Array(batch * (1 + length));
  for (const [row, { ids }] of sequences.entries()) {
    const used = Math.min(ids.length, length);
    weight.fill(1, row * length, row * length + used);
    bias.fill(MASKED, row * (1 + length) + 1 + used, (row + 1) * (1 + length));
  }
  return {
    conditionWeight: hostTensor('f32', [batch, length, 1], weight),
    conditionBias: hostTensor('f32', [batch, 1, 1, 1 + length], bias),
  };
}
