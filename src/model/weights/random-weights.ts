import type { ParameterSpec } from '../parameters.ts';
import { elementCount } from './dtype.ts';
import { float32ToBfloat16, float32ToFloat16 } from './float16.ts';
import { matrixSize } from './layout.ts';

/** How many different values there are; a larger tensor repeats them, beginning somewhere else each time. */
const poolSize = 1 << 20;

/**
 * Random weights for any parameter, at the speed of a memory copy. Matrices and kernels are scaled so that products keep
 * the size of what goes in, norms are near one, everything else is small.
 */
export class RandomWeights {
  readonly #pool: Float32Array;
  readonly #uniform: () => number;

  /** @param seed the same seed and the same order of calls give the same weights */
  constructor(seed: number) {
    this.#uniform = uniformSequence(seed);
    this.#pool = bellCurve(poolSize, this.#uniform);
  }

  /** The bytes of a tensor, in pieces, each valid until the next. */
  *pieces(parameter: ParameterSpec, dtype: 'f32' | 'f16' | 'bf16'): Generator<Uint8Array> {
    const { mean, deviation } = distributionOf(parameter);
    const count = elementCount(parameter.shape);
    const from = this.#below(Math.max(1, poolSize - count));
    const values = this.#pool.subarray(from, from + count).map((value) => mean + deviation * value);
    const elements = { f32: (all: Float32Array) => all, f16: float32ToFloat16, bf16: float32ToBfloat16 }[dtype](values);
    for (let missing = count; missing > 0;) {
      const start = count <= elements.length ? 0 : this.#below(elements.length);
      const piece = elements.subarray(start, start + missing);
      yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
      missing -= piece.length;
    }
  }

  /** A whole number from 0 to below `limit`. */
  #below(limit: number): number {
    return Math.floor(this.#uniform() * limit);
  }
}

function distributionOf(parameter: ParameterSpec): { mean: number; deviation: number } {
  const [, depth] = matrixSize(parameter);
  switch (parameter.kind) {
    case 'linear':
    case 'conv':
      return { mean: 0, deviation: 1 / Math.sqrt(depth) };
    case 'embedding':
    case 'mixture':
      return { mean: 0, deviation: 0.02 };
    case 'vector': {
      const isNorm = /norm.*\.(weight|scale)$|^visual_tokenizer\.head\.1\.weight$/.test(parameter.name);
      return isNorm ? { mean: 1, deviation: 0.05 } : { mean: 0, deviation: 0.02 };
    }
  }
}

/** Numbers from 0 to below 1, from a 32-bit state: good enough to look random, and fast. */
function uniformSequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal values, two from every two uniform ones. */
function bellCurve(count: number, uniform: () => number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
