import { sumOver, tabulate, type Nd } from '#testing/nd';
import { describeOps, ids, positive, some, type OpCase } from '#testing/op-cases';
import { apply, apply1 } from '../apply.ts';
import * as t from '../tensor.ts';
import type { fused } from './fused.ts';

/** By the operation that a case is about. */
const cases: Record<keyof typeof fused, readonly OpCase[]> = {
  'multi-head-attention': [
    {
      build: (q, k, v, bias) => apply1('multi-head-attention', [q, k, v, bias], { heads: 2, scale: 0.7 }),
      inputs: [some(2, 3, 8), some(2, 5, 8), some(2, 5, 8), some(2, 1, 3, 5)],
      expected: (q, k, v, bias) =>
        attended(q, k, v, { heads: 2, kvHeads: 2, scale: 0.7, bias: (n, at, key) => bias.at(n, 0, at, key) }),
      symbolic: [
        ['n', 'm', 8],
        ['n', 5, 8],
        ['n', 5, 8],
        ['n', 1, 'm', 5],
      ],
    },
    {
      build: (q, k, v) => apply1('multi-head-attention', [q, k, v, null], { heads: 4, scale: 0.5 }),
      inputs: [some(1, 70, 64), some(1, 70, 64), some(1, 70, 64)],
      expected: (q, k, v) => attended(q, k, v, { heads: 4, kvHeads: 4, scale: 0.5, bias: () => 0 }),
    },
  ],
  'grouped-query-attention': [
    {
      build: (q, k, v) => {
        const tokens = t.full(q.scope, 'i32', 5, [1]);
        const last = t.full(q.scope, 'i32', 4, [2]);
        return apply('grouped-query-attention', [q, k, v, null, null, last, tokens], {
          heads: 4,
          kvHeads: 2,
          scale: 0.4,
        });
      },
      inputs: [some(2, 5, 32), some(2, 5, 16), some(2, 5, 16)],
      expected: (q, k, v) => [
        attended(q, k, v, { heads: 4, kvHeads: 2, scale: 0.4, bias: (_, at, key) => (key > at ? -Infinity : 0) }),
        headsFirst(k, 2),
        headsFirst(v, 2),
      ],
      symbolic: [
        [2, 'm', 32],
        [2, 'm', 16],
        [2, 'm', 16],
      ],
    },
  ],
  'rotary-embedding': [false, true].map((interleaved) => ({
    build: (x, from, cos, sin) => apply1('rotary-embedding', [x, from, cos, sin], { interleaved }),
    inputs: [some(2, 3, 16), ids([1]), some(5, 4), some(5, 4)],
    expected: (x, from, cos, sin) =>
      tabulate([2, 3, 16], (n, token, channel) => {
        const start = channel - (channel % 8);
        const at = channel % 8;
        const pair = interleaved ? at >> 1 : at % 4;
        const isFirst = interleaved ? at % 2 === 0 : at < 4;
        const [a, b] = (interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + 4]).map((i) =>
          x.at(n, token, start + i),
        ) as [number, number];
        const [c, s] = [cos, sin].map((table) => table.at(token + from.at(0), pair)) as [number, number];
        return isFirst ? a * c - b * s : b * c + a * s;
      }),
    symbolic: [['n', 'm', 16], [1], [5, 4], [5, 4]],
  })),
  'int8-matmul': [
    {
      build: (a, w, scale, bias) => apply1('int8-matmul', [a, w, scale, bias], {}),
      inputs: [
        some(2, 3, 4),
        { given: tabulate([4, 5], (i, j) => ((i * 37 + j * 91) % 127) - 63), dtype: 'i8' },
        positive(5),
        some(5),
      ],
      // Activations become 8 bits between their smallest and largest, zero included. Weights beyond ±63 would do in
      // theory; processors without VNNI add two products in 16 bits, where larger ones do not fit.
      expected: (a, w, scale, bias) => {
        const low = Math.min(0, ...a.data);
        const unit = (Math.max(0, ...a.data) - low) / 255;
        const zero = Math.round(-low / unit);
        const rounded = (x: number) => (Math.min(255, Math.max(0, Math.round(x / unit) + zero)) - zero) * unit;
        return tabulate(
          [2, 3, 5],
          (n, i, j) => sumOver(4, (k) => rounded(a.at(n, i, k)) * w.at(k, j)) * scale.at(j) + bias.at(j),
        );
      },
      tolerance: 1e-3,
      symbolic: [['n', 3, 4], [4, 5], [5], [5]],
    },
  ],
  'nbits-matmul': ([4, 8] as const).map((bits) => ({
    build: (a, w, scale) => apply1('nbits-matmul', [a, w, scale, null], { bits, blockSize: 32, columns: 3 }),
    inputs: [some(2, 64), { given: packed([3, 2, (32 * bits) / 8]), dtype: 'u8' }, positive(6)],
    expected: (a, w, scale) =>
      tabulate([2, 3], (i, j) =>
        sumOver(
          64,
          (k) => a.at(i, k) * unpacked(w, bits, [j, Math.floor(k / 32)], k % 32) * scale.at(2 * j + Math.floor(k / 32)),
        ),
      ),
    // Activations are rounded to 8 bits in every block of 32.
    tolerance: bits === 4 ? 2 : 30,
    symbolic: [['n', 64], [3, 2, (32 * bits) / 8], [6]],
  })),
  'nbits-gather': ([4, 8] as const).map((bits) => ({
    build: (w, at, scale) => apply1('nbits-gather', [w, at, scale], { bits, blockSize: 32 }),
    inputs: [{ given: packed([4, (64 * bits) / 8]), dtype: 'u8' }, ids([3, 0, 3, 1, 2, 2], [2, 3]), positive(4, 2)],
    expected: (w, at, scale) =>
      tabulate(
        [2, 3, 64],
        (i, j, k) => unpacked(w, bits, [at.at(i, j)], k) * scale.at(at.at(i, j), Math.floor(k / 32)),
      ),
    tolerance: 1e-4,
    symbolic: [
      [4, (64 * bits) / 8],
      ['n', 3],
      [4, 2],
    ],
  })),
};

describeOps(cases);

interface Attention {
  readonly heads: number;
  readonly kvHeads: number;
  readonly scale: number;
  readonly bias: (batch: number, query: number, key: number) => number;
}

/** [batch, queries, heads · size] from q, k and v with heads side by side; several query heads may share a key head. */
function attended(q: Nd, k: Nd, v: Nd, { heads, kvHeads, scale, bias }: Attention): Nd {
  const [, , channels] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const size = channels / heads;
  const weights = new Map<string, number[]>();
  return tabulate(q.shape, (n, at, channel) => {
    const head = Math.floor(channel / size);
    const shared = Math.floor(head / (heads / kvHeads)) * size;
    const key = `${n} ${at} ${head}`;
    if (!weights.has(key)) {
      const scores = Array.from({ length: keys }, (_, j) => {
        const product = sumOver(size, (i) => q.at(n, at, head * size + i) * k.at(n, j, shared + i));
        return product * scale + bias(n, at, j);
      });
      const top = Math.max(...scores);
      const total = sumOver(keys, (j) => Math.exp(scores[j]! - top));
      weights.set(
        key,
        scores.map((score) => Math.exp(score - top) / total),
      );
    }
    return sumOver(keys, (j) => weights.get(key)![j]! * v.at(n, j, shared + (channel % size)));
  });
}

function headsFirst(x: Nd, heads: number): Nd {
  const [batch, tokens, channels] = x.shape as [number, number, number];
  const size = channels / heads;
  return tabulate([batch, heads, tokens, size], (n, head, at, i) => x.at(n, at, head * size + i));
}

/** Bytes that look random. */
function packed(shape: readonly number[]): Nd {
  let state = 1;
  return tabulate(shape, () => (state = (state * 75 + 74) % 65_537) & 255);
}

/** Weight `at` of a row of bytes: two to a byte with 4 bits, the lower half first; half the range is zero. */
function unpacked(bytes: Nd, bits: 4 | 8, row: readonly number[], at: number): number {
  if (bits === 8) return bytes.at(...row, at) - 128;
  const byte = bytes.at(...row, at >> 1);
  return (at % 2 === 0 ? byte & 15 : byte >> 4) - 8;
}
