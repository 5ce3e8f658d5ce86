/** @file Weights to begin with, where a part is trained from nothing. */
import { assertNever } from '#base/assert';
import type { ParameterSpec } from '#model/parameters';

import { createRng } from '../data/random.ts';

/**
 * Random weights for every parameter, by checkpoint name and in the checkpoint's layout. Each depends on the seed and its
 * own name and shape only, so a part that is added later leaves the others as they are.
 */
export function initialWeights(specs: Iterable<ParameterSpec>, seed: number): Map<string, Float32Array> {
  const all = [...specs];
  return new Map(all.map((spec) => [spec.name, initial(spec, depthOf(spec, all), seed)]));
}

function initial(spec: ParameterSpec, depth: number, seed: number): Float32Array {
  const { name, shape } = spec;
  const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
  const normal = (deviation: number) => {
    const rng = createRng(seed, name);
    return data.map(() => rng.normal() * deviation);
  };
  const [out = 1, ...rest] = shape;
  const fanIn = rest.reduce((product, side) => product * side, 1);
  switch (spec.kind) {
    case 'vector':
      if (name.endsWith('.bias')) return data;
      // Learned tables and tokens differ from norms, whose weights are one.
      return /pos_embed|cls_token/.test(name) ? normal(SMALL) : data.fill(1);
    case 'conv':
      return normal(1 / Math.sqrt(fanIn));
    case 'linear':
      if (startsAtZero.test(name)) return data;
      return normal(Math.sqrt(2 / (fanIn + out)) * (intoResidual.test(name) ? 1 / Math.sqrt(2 * depth) : 1));
    case 'embedding':
      return normal(EMBEDDING);
    case 'mixture':
      // Its rows are averaged by a softmax that is flat at first; this makes the averages as large as other embeddings.
      return normal(EMBEDDING * Math.sqrt(out / 3));
  }
  return assertNever(spec.kind);
}

const SMALL = 0.02;
/** Large enough that a token is still told from others by its hidden states, when layers have added to its embedding. */
const EMBEDDING = 0.1;

/** Modulations and the last layer of the decoder, so that its blocks begin as identities; adapters' outer halves. */
const startsAtZero =
  /(?:img_mod|txt_mod|modulation)\.lin\.weight$|adaLN_modulation\.1\.weight$|final_layer\.linear\.weight$|lora_B\.weight$/;

/** Layers whose output is added to the stream of a deep stack without a gate: the deeper, the smaller each. */
const intoResidual = /(?:o_proj|down_proj|attn\.proj|mlp\.fc2)\.weight$/;

/** Blocks in the stack that a parameter belongs to. */
function depthOf({ name, part }: ParameterSpec, all: readonly ParameterSpec[]): number {
  if (!intoResidual.test(name)) return 1;
  const indices = all.flatMap((spec) => {
    const index = spec.part === part ? /(?:layers|blocks)\.(\d+)\./.exec(spec.name)?.[1] : undefined;
    return index === undefined ? [] : [Number(index)];
  });
  return 1 + Math.max(0, ...indices);
}
