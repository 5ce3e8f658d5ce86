import { multiplyDims } from '../ir/dim.ts';
import type { Value } from '../ir/graph.ts';
import { apply1 } from '../ops/apply.ts';
import * as t from '../ops/tensor.ts';
import type { ModelPart } from '../parameters.ts';
import type { Builder } from './builder.ts';

/** The layers of one part of a model, whose parameters share a name prefix. */
export interface Module {
  readonly builder: Builder;
  readonly part: ModelPart;
  /** With its trailing dot: `llm.model.layers.0.` */
  readonly prefix: string;
}

/** The same module with a longer prefix: `sub(m, 'attn.')`. */
export function sub(module: Module, name: string): Module {
  return { ...module, prefix: module.prefix + name };
}

/** `name.weight` [out, in] and, unless told otherwise, `name.bias` [out]. */
export function linear(m: Module, x: Value, name: string, outSize: number, options: { bias?: boolean } = {}): Value {
  const bias = options.bias === false ? null : m.builder.vector(m.part, `${m.prefix}${name}.bias`, [outSize]);
  return m.builder.linear(m.part, x, `${m.prefix}${name}.weight`, outSize, { bias });
}

/** Convolution with square kernel `name.weight` and `name.bias`. */
export function conv2d(
  m: Module,
  x: Value,
  name: string,
  outChannels: number,
  options: {
    kernel: number;
    stride?: number;
    padding?: number | readonly [top: number, left: number, bottom: number, right: number];
  },
): Value {
  const { kernel, ...rest } = options;
  const inChannels = x.shape[1] as number;
  const weight = m.builder.kernel(m.part, `${m.prefix}${name}.weight`, [outChannels, inChannels, kernel, kernel]);
  return t.conv(x, weight, m.builder.vector(m.part, `${m.prefix}${name}.bias`, [outChannels]), rest);
}

/** Root-mean-square norm over the last axis with the weight `name` (its full name after the prefix). */
export function rmsNorm(m: Module, x: Value, name: string, epsilon: number): Value {
  const scale = m.builder.vector(m.part, m.prefix + name, [x.shape.at(-1) as number]);
  if (m.builder.fused) return apply1('rms-norm', [x, scale], { epsilon });
  const meanSquare = t.reduceMean(t.mul(x, x), -1);
  return t.mul(t.mul(x, t.reciprocal(t.sqrt(t.add(meanSquare, epsilon)))), scale);
}

/** Layer norm over the last axis with `name.weight` and `name.bias`, or without either when `name` is null. */
export function layerNorm(m: Module, x: Value, name: string | null, epsilon: number): Value {
  const size = x.shape.at(-1) as number;
  const weight = name === null ? null : m.builder.vector(m.part, `${m.prefix}${name}.weight`, [size]);
  const bias = name === null ? null : m.builder.vector(m.part, `${m.prefix}${name}.bias`, [size]);
  const scale = weight ?? t.full(m.builder.scope, 'f32', 1, [size]);
  return apply1('layer-norm', bias ? [x, scale, bias] : [x, scale], { epsilon });
}

/** Group norm of [batch, channels, height, width] with `name.weight` and `name.bias` per channel. */
export function groupNorm(m: Module, x: Value, name: string, groups: number, epsilon: number): Value {
  const [batch, channels, height, width] = x.shape;
  const size = channels as number;
  const weight = m.builder.vector(m.part, `${m.prefix}${name}.weight`, [size]);
  const bias = m.builder.vector(m.part, `${m.prefix}${name}.bias`, [size]);
  // Groups become channels and their members one long axis, which instance norm treats as the picture.
  const grouped = t.reshape(x, [batch!, groups, multiplyDims(size / groups, height!, width!)]);
  const ones = t.full(m.builder.scope, 'f32', 1, [groups]);
  const zeros = t.full(m.builder.scope, 'f32', 0, [groups]);
  const normalised = t.reshapeLike(apply1('instance-norm', [grouped, ones, zeros], { epsilon }), x);
  const perChannel = (value: Value) => t.reshape(value, [1, size, 1, 1]);
  return t.add(t.mul(normalised, perChannel(weight)), perChannel(bias));
}

/** x·sigmoid(x) */
export function silu(m: Module, x: Value): Value {
  return m.builder.fused ? t.fusedSilu(x) : t.mul(x, t.sigmoid(x));
}

/** GELU in its tanh approximation. */
export function geluTanh(m: Module, x: Value): Value {
  if (m.builder.fused) return t.fusedGelu(x, 'tanh');
  const cubic = t.add(x, t.mul(t.mul(t.mul(x, x), x), 0.044715));
  return t.mul(t.mul(x, 0.5), t.add(t.tanh(t.mul(cubic, Math.sqrt(2 / Math.PI))), 1));
}

/** down(silu(gate(x)) · up(x)), all without biases. */
export function swiGlu(m: Module, x: Value, names: { gate: string; up: string; down: string }, size: number): Value {
  const gate = linear(m, x, names.gate, size, { bias: false });
  const up = linear(m, x, names.up, size, { bias: false });
  return linear(m, t.mul(silu(m, gate), up), names.down, x.shape.at(-1) as number, { bias: false });
}
