import type { Dim } from '../ir/dim.ts';
import type { DType } from '../ir/tensor-type.ts';

type None = Readonly<Record<string, never>>;

/**
 * The closed set of operations and what each is parametrised by. Operands that are tensors are inputs, not attributes.
 * What an operation means is said where it is built (`tensor.ts`); shapes and emission are in `table/`.
 */
export interface OpAttributes {
  // element by element, one operand
  neg: None;
  abs: None;
  sign: None;
  exp: None;
  log: None;
  sqrt: None;
  reciprocal: None;
  sin: None;
  cos: None;
  tanh: None;
  sigmoid: None;
  erf: None;
  floor: None;
  not: None;
  silu: None;
  gelu: { readonly approximate: 'none' | 'tanh' };
  cast: { readonly to: DType };
  // element by element, two operands, broadcast
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  max: None;
  min: None;
  equal: None;
  less: None;
  greater: None;
  and: None;
  or: None;
  where: None;
  // shape
  reshape: { readonly shape: readonly Dim[] };
  'reshape-like': None;
  transpose: { readonly permutation: readonly number[] };
  expand: { readonly shape: readonly Dim[] };
  concat: { readonly axis: number };
  split: { readonly axis: number; readonly sizes: readonly number[] };
  slice: { readonly axis: number; readonly start: number; readonly end: number | null; readonly step: number };
  'dynamic-slice': { readonly axis: number; readonly size: Dim };
  extent: { readonly axis: number };
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  gather: { readonly axis: number };
  'scatter-rows': { readonly reduction: 'none' | 'add' };
  'gather-elements': { readonly axis: number };
  'scatter-elements': { readonly axis: number; readonly reduction: 'none' | 'add' };
  // reduction
  'reduce-sum': { readonly axes: readonly number[]; readonly keep: boolean };
  'reduce-mean': { readonly axes: readonly number[]; readonly keep: boolean };
  'reduce-max': { readonly axes: readonly number[]; readonly keep: boolean };
  'arg-max': { readonly axis: number };
  softmax: { readonly axis: number };
  'log-softmax': { readonly axis: number };
  // products
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  conv: { readonly stride: number; readonly pads: readonly [top: number, left: number, bottom: number, right: number] };
  'conv-transpose': {
    readonly stride: number;
    readonly pads: readonly [top: number, left: number, bottom: number, right: number];
    /** Rows and columns added at the bottom and the right, where the size is otherwise ambiguous. */
    readonly extra: readonly [height: number, width: number];
  };
  'upsample-nearest': { readonly factor: number };
  'average-pool': { readonly size: number };
  // normalisation
  'layer-norm': { readonly epsilon: number };
  'rms-norm': { readonly epsilon: number };
  'instance-norm': { readonly epsilon: number };
  // fused, for inference
  'multi-head-attention': { readonly heads: number; readonly scale: number };
  'grouped-query-attention': { readonly heads: number; readonly kvHeads: number; readonly scale: number };
  'rotary-embedding': { readonly interleaved: boolean };
  // quantised weights, for inference
  'int8-matmul': None;
  'nbits-matmul': { readonly bits: 4 | 8; readonly blockSize: number; readonly columns: number };
  'nbits-gather': { readonly bits: 4 | 8; readonly blockSize: number };
}

export type OpKind = keyof OpAttributes;
