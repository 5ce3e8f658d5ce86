/**
 * @file The vocabulary model definitions are written in: one function per operation, on values.
 *
 * Numbers among the operands become constants of the other operand's dtype. Axes may be negative. Shapes are row-major.
 */
import type { Dim } from '../ir/dim.ts';
import type { Scope, Value } from '../ir/graph.ts';
import type { DType } from '../ir/tensor-type.ts';
import { apply, apply1 } from './apply.ts';
import type { OpKind } from './attributes.ts';
import { filled } from './literal.ts';

type Operand = Value | number;
type Axes = number | readonly number[];

/** A constant with every element `value`; a scalar unless a shape is given. */
export function full(scope: Scope, dtype: DType, value: number, shape: readonly number[] = []): Value {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return scope.constant(
    dtype,
    shape,
    filled(
      dtype,
      Array.from({ length: count }, () => value),
    ),
  );
}

/** -1 is the last axis. */
function axisOf(x: Value, axis: number): number {
  return axis < 0 ? axis + x.shape.length : axis;
}

function axesOf(x: Value, axes: Axes): number[] {
  return (typeof axes === 'number' ? [axes] : [...axes]).map((axis) => axisOf(x, axis)).sort((a, b) => a - b);
}

type UnaryKind =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'reciprocal'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'erf'
  | 'floor'
  | 'not';
type BinaryKind = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min' | 'equal' | 'less' | 'greater' | 'and' | 'or';

function unary(op: UnaryKind & OpKind) {
  return (x: Value): Value => apply1(op, [x], {});
}

function binary(op: BinaryKind & OpKind) {
  return (a: Operand, b: Operand): Value => {
    if (typeof a === 'number') {
      if (typeof b === 'number') throw new TypeError(`${op} of two numbers is not a graph`);
      return apply1(op, [full(b.scope, b.dtype, a), b], {});
    }
    return apply1(op, [a, typeof b === 'number' ? full(a.scope, a.dtype, b) : b], {});
  };
}

export const neg = unary('neg');
export const abs = unary('abs');
export const sign = unary('sign');
export const exp = unary('exp');
export const log = unary('log');
export const sqrt = unary('sqrt');
export const reciprocal = unary('reciprocal');
export const sin = unary('sin');
export const cos = unary('cos');
export const tanh = unary('tanh');
export const sigmoid = unary('sigmoid');
export const erf = unary('erf');
export const floor = unary('floor');
export const not = unary('not');

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
export const pow = binary('pow');
export const max = binary('max');
export const min = binary('min');
export const equal = binary('equal');
export const less = binary('less');
export const greater = binary('greater');
export const and = binary('and');
export const or = binary('or');

/** `whenTrue` where the condition holds, elsewhere `whenFalse`; all three broadcast. */
export function where(condition: Value, whenTrue: Operand, whenFalse: Operand): Value {
  const like = typeof whenTrue === 'number' ? whenFalse : whenTrue;
  if (typeof like === 'number') throw new TypeError('where needs a value to choose');
  const value = (operand: Operand) => (typeof operand === 'number' ? full(like.scope, like.dtype, operand) : operand);
  return apply1('where', [condition, value(whenTrue), value(whenFalse)], {});
}

export function cast(x: Value, to: DType): Value {
  return x.dtype === to ? x : apply1('cast', [x], { to });
}

/** x·sigmoid(x), fused. */
export function fusedSilu(x: Value): Value {
  return apply1('silu', [x], {});
}

/** Fused GELU; `tanh` is the usual approximation. */
export function fusedGelu(x: Value, approximate: 'none' | 'tanh'): Value {
  return apply1('gelu', [x], { approximate });
}

export function reshape(x: Value, shape: readonly Dim[]): Value {
  return apply1('reshape', [x], { shape });
}

/** `x` in the shape of `like`, for shapes with several symbolic extents. Nothing else of `like` matters. */
export function reshapeLike(x: Value, like: Value): Value {
  return apply1('reshape-like', [x, like], {});
}

export function transpose(x: Value, permutation: readonly number[]): Value {
  return permutation.every((axis, at) => axis === at) ? x : apply1('transpose', [x], { permutation });
}

/** Repeats along axes of extent 1 up to `shape`; symbolic extents must already be there. */
export function expand(x: Value, shape: readonly Dim[]): Value {
  return apply1('expand', [x], { shape });
}

export function concat(values: readonly Value[], axis: number): Value {
  if (values.length === 1) return values[0]!;
  return apply1('concat', values, { axis: axisOf(values[0]!, axis) });
}

/** Consecutive parts along an axis of known extent. */
export function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  return sizes.length === 1 ? [x] : apply('split', [x], { axis: axisOf(x, axis), sizes });
}

/** `count` equal parts along an axis of known extent. */
export function chunk(x: Value, count: number, axis: number): readonly Value[] {
  const extent = x.shape.at(axis);
  if (typeof extent !== 'number' || extent % count !== 0) throw new TypeError(`${extent} does not split in ${count}`);
  return split(
    x,
    axis,
    Array.from({ length: count }, () => extent / count),
  );
}

/** Elements start, start + step, … before `end` (`null`: to the end; negative counts from the end). */
export function slice(x: Value, axis: number, start: number, end: number | null = null, step = 1): Value {
  return apply1('slice', [x], { axis: axisOf(x, axis), start, end, step });
}

/** Elements from `start` to before `end`, both i64[1] computed in the graph; `size` is the extent that results. */
export function dynamicSlice(x: Value, axis: number, start: Value, end: Value, size: Dim): Value {
  return apply1('dynamic-slice', [x, start, end], { axis: axisOf(x, axis), size });
}

/** Number of elements along an axis, as i64[1]. */
export function extent(x: Value, axis: number): Value {
  return apply1('extent', [x], { axis: axisOf(x, axis) });
}

/** Zeros around: one count per axis before and after. */
export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  return apply1('pad', [x], { before, after });
}

/** Slices of `x` along `axis` at the given indices; the indices' shape takes the axis's place. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  return apply1('gather', [x, indices], { axis: axisOf(x, axis) });
}

/** `x` with row `indices[i]` of its first axis replaced by (or increased by) `updates[i]`; indices i64[count]. */
export function scatterRows(x: Value, indices: Value, updates: Value, reduction: 'none' | 'add' = 'none'): Value {
  return apply1('scatter-rows', [x, indices, updates], { reduction });
}

/** The element of `x` along `axis` that each index says; indices i64, of the shape of `x` but for that axis. */
export function gatherElements(x: Value, indices: Value, axis: number): Value {
  return apply1('gather-elements', [x, indices], { axis: axisOf(x, axis) });
}

/** `x` with the element along `axis` that each index says replaced by (or increased by) its update. */
export function scatterElements(
  x: Value,
  indices: Value,
  updates: Value,
  axis: number,
  reduction: 'none' | 'add' = 'none',
): Value {
  return apply1('scatter-elements', [x, indices, updates], { axis: axisOf(x, axis), reduction });
}

export function reduceSum(x: Value, axes: Axes, keep = true): Value {
  return apply1('reduce-sum', [x], { axes: axesOf(x, axes), keep });
}

export function reduceMean(x: Value, axes: Axes, keep = true): Value {
  return apply1('reduce-mean', [x], { axes: axesOf(x, axes), keep });
}

export function reduceMax(x: Value, axes: Axes, keep = true): Value {
  return apply1('reduce-max', [x], { axes: axesOf(x, axes), keep });
}

export function argMax(x: Value, axis: number): Value {
  return apply1('arg-max', [x], { axis: axisOf(x, axis) });
}

export function softmax(x: Value, axis = -1): Value {
  return apply1('softmax', [x], { axis: axisOf(x, axis) });
}

export function logSoftmax(x: Value, axis = -1): Value {
  return apply1('log-softmax', [x], { axis: axisOf(x, axis) });
}

/** Matrix product over the last two axes, the others broadcast. */
export function matmul(a: Value, b: Value, options: { transposeA?: boolean; transposeB?: boolean } = {}): Value {
  return apply1('matmul', [a, b], {
    transposeA: options.transposeA ?? false,
    transposeB: options.transposeB ?? false,
  });
}

/** 2-D convolution of [batch, in, height, width] with [out, in, kh, kw]; `padding` is one number or [top, left, bottom, right]. */
export function conv(
  x: Value,
  kernel: Value,
  bias: Value | null,
  options: { stride?: number; padding?: number | readonly [number, number, number, number] } = {},
): Value {
  const padding = options.padding ?? 0;
  const pads = typeof padding === 'number' ? ([padding, padding, padding, padding] as const) : padding;
  return apply1('conv', bias ? [x, kernel, bias] : [x, kernel], { stride: options.stride ?? 1, pads });
}

/**
 * The adjoint of `conv` with the same kernel [out, in, kh, kw], stride and padding: from [batch, out, height, width] back to
 * pictures of `in` channels. `extra` rows and columns are added where the stride leaves the size open.
 */
export function convTranspose(
  x: Value,
  kernel: Value,
  options: {
    stride: number;
    padding: readonly [number, number, number, number];
    extra: readonly [height: number, width: number];
  },
): Value {
  return apply1('conv-transpose', [x, kernel], { stride: options.stride, pads: options.padding, extra: options.extra });
}

/** Means of squares of `size` × `size` pixels of [batch, channels, height, width]. */
export function averagePool(x: Value, size: number): Value {
  return apply1('average-pool', [x], { size });
}

/** Repeats every pixel of [batch, channels, height, width] `factor` times in both directions. */
export function upsampleNearest(x: Value, factor: number): Value {
  return apply1('upsample-nearest', [x], { factor });
}
