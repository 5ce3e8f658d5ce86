/**
 * Reproducible randomness. A stream is named by a seed and a path (stage, sample index, purpose); the same name gives
 * the same numbers in every process and thread, and streams of different names are independent. So sample i of seed s
 * never depends on which worker makes it, or on how many samples came before.
 */
export interface Rng {
  /** 32 random bits, as an unsigned integer. */
  bits(): number;
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  chance(probability: number): boolean;
  /** Standard normal. */
  normal(): number;
  pick<T>(items: readonly T[]): T;
  /** A key of the table, drawn with probability proportional to its weight. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K;
  /** A new array in random order. */
  shuffled<T>(items: readonly T[]): T[];
  /** The stream of this name extended by `label`; it does not depend on how far this stream was read. */
  fork(label: string | number): Rng;
}

export function createRng(seed: number, ...path: readonly (string | number)[]): Rng {
  return fromKey(path.reduce(extend, extend(rootKey, seed)));
}

/** 128 bits that name a stream. */
type Key = readonly [number, number, number, number];

const rootKey: Key = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x452821e6];

/** Mixes a label into a key, word by word, each word with a multiplier of its own (odd constants with mixed bits). */
function extend(key: Key, label: string | number): Key {
  const [a, b, c, d] = key;
  const text = typeof label === 'number' ? `#${label}` : label;
  let [w, x, y, z] = [a ^ text.length, b, c, d];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    w = mix(w ^ unit, 0x85ebca6b);
    x = mix(x ^ w, 0xc2b2ae35);
    y = mix(y ^ x, 0x27d4eb2f);
    z = mix(z ^ y, 0x165667b1);
    w ^= z;
  }
  return [mix(w, 0x7feb352d), mix(x, 0x846ca68b), mix(y, 0x68bc21eb), mix(z, 0x02e1b213)];
}

function mix(word: number, multiplier: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), multiplier);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae3d);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** sfc32 (Chris Doty-Humphrey's small fast counting generator) started from the key. */
function fromKey(key: Key): Rng {
  let [a, b, c, counter] = key;
  const bits = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) bits();

  const unit = () => bits() / 0x1_0000_0000;
  const below = (bound: number) => Math.floor(unit() * bound);
  return {
    bits,
    unit,
    below,
    between: (low, high) => low + (high - low) * unit(),
    chance: (probability) => unit() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    pick: (items) => {
      if (items.length === 0) throw new Error('Invariant broken: pick from an empty list');
      return items[below(items.length)]!;
    },
    weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
      const entries = Object.entries(weights) as [K, number][];
      const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
      if (!(total > 0)) throw new Error('Invariant broken: weights must have a positive sum');
      let left = unit() * total;
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      return entries.findLast(([, weight]) => weight > 0)![0];
    },
    shuffled(items) {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [result[last], result[other]] = [result[other]!, result[last]!];
      }
      return result;
    },
    fork: (label) => fromKey(extend(key, label)),
  };
}
