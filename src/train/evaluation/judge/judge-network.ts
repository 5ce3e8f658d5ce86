/**
 * @file The judge: three convolutions from pixels to cells of 16×16, then a small transformer over the cells, that says for
 * each of them whether the centre of something lies there, what it is, in which colour, and how far it reaches. It shares
 * nothing with the model it judges.
 */
import type { Value } from '#model/ir/graph';
import { attention, splitHeads } from '#model/nn/attention';
import type { Builder } from '#model/nn/builder';
import { conv2d, geluTanh, groupNorm, layerNorm, linear, silu, sub, type Module } from '#model/nn/layers';
import * as t from '#model/ops/tensor';

import { COLOR_COUNT, THING_COUNT } from '../../recipe/assembly/things.ts';

/** Pixels along a side of what the judge looks at, and of a cell. */
export const JUDGE_SIDE = 128;
const CELL_SIDE = 16;
/** Cells along a side. */
export const CELLS = JUDGE_SIDE / CELL_SIDE;

/** Convolutions from pixels to cells: squares of four pixels first, since fine steps cost the most and say the least. */
const STEM = [
  { channels: 64, kernel: 4, stride: 4, padding: 0 },
  { channels: 128, kernel: 3, stride: 2, padding: 1 },
  { channels: 192, kernel: 3, stride: 2, padding: 1 },
] as const;
const GROUPS = 8;
const WIDTH = 192;
const BLOCKS = 2;
const HEADS = 4;
const NORM_EPSILON = 1e-5;

export interface JudgeOutputs {
  /** [batch · cells, classes] */
  readonly things: Value;
  readonly colors: Value;
  /** Centre within the cell, then width and height as parts of the picture: [batch · cells, 4], all in (0, 1). */
  readonly boxes: Value;
}

/** @param pixels [batch, 3, JUDGE_SIDE, JUDGE_SIDE] in [−1, 1] */
export function judge(builder: Builder, pixels: Value): JudgeOutputs {
  // A part of its own: no model has it, and training takes all of it.
  const m: Module = { builder, part: 'vision', prefix: 'judge.' };
  const batch = pixels.shape[0] as number;
  const cells = CELLS ** 2;
  let seen = pixels;
  for (const [index, { channels, ...window }] of STEM.entries()) {
    const convolved = conv2d(m, seen, `stem.${index}`, channels, window);
    seen = silu(m, groupNorm(m, convolved, `stem.${index}.norm`, GROUPS, NORM_EPSILON));
  }
  const patches = t.transpose(t.reshape(seen, [batch, WIDTH, cells]), [0, 2, 1]);
  const places = builder.vector('vision', 'judge.pos_embed', [1, cells, WIDTH]);
  let x = t.add(patches, places);
  for (let i = 0; i < BLOCKS; i++) x = block(sub(m, `blocks.${i}.`), x);
  const features = t.reshape(layerNorm(m, x, 'norm', NORM_EPSILON), [batch * cells, WIDTH]);
  return {
    things: linear(m, features, 'things', THING_COUNT),
    colors: linear(m, features, 'colors', COLOR_COUNT),
    boxes: t.sigmoid(linear(m, features, 'boxes', 4)),
  };
}

function block(m: Module, x: Value): Value {
  const qkv = linear(m, layerNorm(m, x, 'norm1', NORM_EPSILON), 'attn.qkv', 3 * WIDTH);
  const [q, k, v] = t.chunk(qkv, 3, -1).map((part) => splitHeads(part, HEADS)) as [Value, Value, Value];
  const attended = t.add(x, linear(m, attention(m.builder, q, k, v, null), 'attn.proj', WIDTH));
  const wide = geluTanh(m, linear(m, layerNorm(m, attended, 'norm2', NORM_EPSILON), 'mlp.fc1', 4 * WIDTH));
  return t.add(attended, linear(m, wide, 'mlp.fc2', WIDTH));
}
