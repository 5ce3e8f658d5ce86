import { multiplyDims } from '../ir/dim.ts';
import type { Value } from '../ir/graph.ts';
import { apply1 } from '../ops/apply.ts';
import * as t from '../ops/tensor.ts';
import type { Builder } from './builder.ts';

/** Rotary tables: cosines and sines [tokens, headSize / 2], and which channels turn together. */
export interface Rotary {
  readonly cos: Value;
  readonly sin: Value;
  /** Pairs are (2i, 2i + 1) when interleaved, else (i, i + headSize / 2). */
  readonly interleaved: boolean;
}

/** Added to scores that must not count: far below any real score, yet finite so that no row turns into NaN. */
export const MASKED = -1e30;

/** [batch, tokens, heads · size] as [batch, tokens, heads, size]. */
export function splitHeads(x: Value, heads: number): Value {
  const [batch, tokens, channels] = x.shape;
  return t.reshape(x, [batch!, tokens!, heads, (channels as number) / heads]);
}

/** [batch, tokens, heads, size] as [batch, tokens, heads · size]. */
export function joinHeads(x: Value): Value {
  const [batch, tokens, heads, size] = x.shape;
  return t.reshape(x, [batch!, tokens!, multiplyDims(heads!, size!)]);
}

/** Turns the channels of every head by its token's angles. @param x [batch, tokens, heads, size] */
export function rotate(builder: Builder, x: Value, rotary: Rotary): Value {
  const { cos, sin, interleaved } = rotary;
  if (builder.fused) {
    const first = builder.scope.constant('i64', [1], BigInt64Array.of(0n));
    const turned = apply1('rotary-embedding', [joinHeads(x), first, cos, sin], { interleaved });
    return t.reshape(turned, x.shape);
  }
  const [batch, tokens, heads, size] = x.shape;
  const half = (size as number) / 2;
  const pairs = interleaved ? t.reshape(x, [batch!, tokens!, heads!, half, 2]) : x;
  const shape = [batch!, tokens!, heads!, half];
  const [a, b] = t.chunk(pairs, 2, -1).map((part) => t.reshape(part, shape)) as [Value, Value];
  const table = (value: Value) => t.reshape(value, [tokens!, 1, half]);
  const turnedA = t.sub(t.mul(a, table(cos)), t.mul(b, table(sin)));
  const turnedB = t.add(t.mul(b, table(cos)), t.mul(a, table(sin)));
  if (!interleaved) return t.concat([turnedA, turnedB], -1);
  const column = (value: Value) => t.reshape(value, [...shape, 1]);
  return t.reshape(t.concat([column(turnedA), column(turnedB)], -1), x.shape);
}

/**
 * softmax(q·kᵀ / √size + bias)·v, every head by itself.
 *
 * @param q, k, v [batch, tokens, heads, size]; k and v may have other tokens than q
 * @param bias added to the scores, broadcast against [batch, heads, query tokens, key tokens]; null for none
 * @returns [batch, query tokens, heads · size]
 */
export function attention(builder: Builder, q: Value, k: Value, v: Value, bias: Value | null): Value {
  const [batch, tokens, heads, size] = q.shape as readonly [number, number, number, number];
  const scale = 1 / Math.sqrt(size);
  if (builder.fusedAttention) {
    const inputs = [joinHeads(q), joinHeads(k), joinHeads(v), bias];
    return apply1('multi-head-attention', inputs, { heads, scale });
  }
  const scores = t.matmul(t.mul(t.transpose(q, [0, 2, 1, 3]), scale), t.transpose(k, [0, 2, 3, 1]));
  const weights = t.softmax(bias ? t.add(scores, bias) : scores);
  const mixed = t.matmul(weights, t.transpose(v, [0, 2, 1, 3]));
  return t.reshape(t.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, heads * size]);
}
