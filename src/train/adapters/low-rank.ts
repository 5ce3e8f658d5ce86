/**
 * @file Low-rank adapters (LoRA): y = x·Wᵀ + bias + (alpha / rank)·(x·Aᵀ)·Bᵀ, in which only A [rank, in] and B [out, rank]
 * are trained. They are separate tensors, `<layer>.lora_A.weight` and `<layer>.lora_B.weight`, in any base precision.
 */
import type { AdaptLinear } from '#model/nn/builder';
import * as t from '#model/ops/tensor';

export interface LowRankOptions {
  readonly rank: number;
  /** The adapter's strength is alpha / rank. */
  readonly alpha: number;
  /** Which linear layers are adapted, by their checkpoint name without `.weight`. */
  readonly adapts: (layer: string) => boolean;
}

const WEIGHT = '.weight';

/** For `BuilderOptions.adapt`. */
export function lowRankAdapters({ rank, alpha, adapts }: LowRankOptions): AdaptLinear {
  return (builder, { part, name, outSize }, x, y) => {
    const layer = name.slice(0, -WEIGHT.length);
    if (isAdapterParameter(name) || !adapts(layer)) return y;
    const narrow = builder.linear(part, x, `${layer}.lora_A${WEIGHT}`, rank);
    const wide = builder.linear(part, narrow, `${layer}.lora_B${WEIGHT}`, outSize);
    return t.add(y, t.mul(wide, alpha / rank));
  };
}

/** Whether a parameter belongs to an adapter. */
export function isAdapterParameter(name: string): boolean {
  return /\.lora_[AB]\.weight$/.test(name);
}
