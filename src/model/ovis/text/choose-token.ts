import { uniformNoise } from '../sampling/noise.ts';

export interface ChoiceOptions {
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  /** Only the likeliest tokens whose probabilities add up to this; 1 keeps all. */
  readonly topP: number;
  /** Only this many of the likeliest tokens; 0 keeps all. */
  readonly topK: number;
  readonly seed: number;
  /** Which choice of the answer this is: each draws its own number from the seed. */
  readonly step: number;
}

/** Tokens less likely than the best one by e to this power are as good as impossible. */
const NEGLIGIBLE = 25;

/** The next token for these logits: greedy, or drawn from the distribution that temperature, top-k and top-p leave. */
export function chooseToken(logits: Float32Array, { temperature, topP, topK, seed, step }: ChoiceOptions): number {
  if (temperature === 0) return argMax(logits);
  const best = logits[argMax(logits)]!;
  // Sorting a whole vocabulary would take longer than the model does; what is left out is never drawn.
  const floor = best - NEGLIGIBLE * temperature;
  const candidates = Array.from(logits.keys())
    .filter((id) => logits[id]! >= floor)
    .sort((a, b) => logits[b]! - logits[a]!);
  if (topK > 0) candidates.length = Math.min(topK, candidates.length);
  const weights = candidates.map((id) => Math.exp((logits[id]! - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);

  let nucleus = 0;
  let count = 0;
  do nucleus += weights[count++]!;
  while (count < weights.length && nucleus < topP * total);

  let left = uniformNoise(seed, step) * nucleus;
  for (let i = 0; i < count; i++) {
    left -= weights[i]!;
    if (left <= 0) return candidates[i]!;
  }
  return candidates[count - 1]!;
}

function argMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
