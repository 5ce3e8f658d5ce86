import type { Value } from '#model/ir/graph';
import { isFloat } from '#model/ir/tensor-type';
import type { OpKind } from '#model/ops/attributes';
import * as t from '#model/ops/tensor';
import type { elementwise as definitions } from '#model/ops/table/elementwise';

import { sumTo } from '../sum-to.ts';
import { flat, type Vjp, type VjpTable } from '../vjp.ts';

/** A rule from x, y = f(x) and the gradient of y. */
function unary<K extends OpKind>(rule: (x: Value, y: Value, gradient: Value) => Value): Vjp<K> {
  return ({ inputs: [x], outputs: [y], gradient }) => [rule(x!, y!, gradient)];
}

/** A rule from both operands, the result and its gradient; what was broadcast is summed again. */
function binary<K extends OpKind>(
  rule: (a: Value, b: Value, gradient: Value, result: Value) => readonly [Value, Value],
): Vjp<K> {
  return ({ inputs: [a, b], outputs: [result], gradient }) => {
    const [forA, forB] = rule(a!, b!, gradient, result!);
    return [sumTo(forA, a!.shape), sumTo(forB, b!.shape)];
  };
}

/** The gradient goes to the operand that was chosen; to the first of two equal ones, so that a clamp passes its bounds. */
function choice<K extends 'max' | 'min'>(secondWins: (a: Value, b: Value) => Value): Vjp<K> {
  return binary((a, b, g) => {
    const second = secondWins(a, b);
    return [t.where(second, 0, g), t.where(second, g, 0)];
  });
}

export const elementwise: VjpTable<keyof typeof definitions> = {
  neg: unary((_x, _y, g) => t.neg(g)),
  abs: unary((x, _y, g) => t.mul(g, t.sign(x))),
  sign: flat,
  exp: unary((_x, y, g) => t.mul(g, y)),
  log: unary((x, _y, g) => t.div(g, x)),
  sqrt: unary((_x, y, g) => t.div(t.mul(g, 0.5), y)),
  reciprocal: unary((_x, y, g) => t.neg(t.mul(g, t.mul(y, y)))),
  sin: unary((x, _y, g) => t.mul(g, t.cos(x))),
  cos: unary((x, _y, g) => t.neg(t.mul(g, t.sin(x)))),
  tanh: unary((_x, y, g) => t.mul(g, t.sub(1, t.mul(y, y)))),
  sigmoid: unary((_x, y, g) => t.mul(g, t.sub(y, t.mul(y, y)))),
  erf: unary((x, _y, g) => t.mul(g, t.mul(t.exp(t.neg(t.mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  floor: flat,
  not: flat,
  // With s = sigmoid(x): y = x·s, y' = s + y·(1 - s) = s·(1 - y) + y.
  silu: unary((x, y, g) => t.mul(g, t.add(t.mul(t.sigmoid(x), t.sub(1, y)), y))),
  gelu: ({ attributes, inputs: [x], gradient }) => {
    const slope = attributes.approximate === 'tanh' ? geluTanhSlope(x!) : geluSlope(x!);
    return [t.mul(gradient, slope)];
  },
  cast: ({ inputs: [x], gradient }) => [isFloat(x!.dtype) ? t.cast(gradient, x!.dtype) : null],
  add: binary((_a, _b, g) => [g, g]),
  sub: binary((_a, _b, g) => [g, t.neg(g)]),
  mul: binary((a, b, g) => [t.mul(g, b), t.mul(g, a)]),
  div: binary((_a, b, g, quotient) => {
    const forA = t.div(g, b);
    return [forA, t.neg(t.mul(forA, quotient))];
  }),
  // The exponent's gradient holds for positive bases only, as the power itself does for exponents that are not whole.
  pow: binary((a, b, g, power) => [t.mul(g, t.mul(b, t.pow(a, t.sub(b, 1)))), t.mul(g, t.mul(power, t.log(a)))]),
  max: choice(t.less),
  min: choice(t.greater),
  equal: flat,
  less: flat,
  greater: flat,
  and: flat,
  or: flat,
  where: ({ inputs: [condition, whenTrue, whenFalse], gradient }) => [
    null,
    sumTo(t.where(condition!, gradient, 0), whenTrue!.shape),
    sumTo(t.where(condition!, 0, gradient), whenFalse!.shape),
  ],
};

/** d/dx of x·Φ(x): Φ(x) + x·φ(x). */
function geluSlope(x: Value): Value {
  const distribution = t.add(t.mul(t.erf(t.mul(x, Math.SQRT1_2)), 0.5), 0.5);
  const density = t.mul(t.exp(t.mul(t.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return t.add(distribution, t.mul(x, density));
}

/**
 * d/dx of x·s with s = sigmoid(u), u = 2·√(2/π)·(x + 0.044715·x³), which is GELU in its tanh form:
 * s + s·(1 - s)·x·u', where x·u' = 3·u - 2·a·x for u = a·x + c·x³.
 */
function geluTanhSlope(x: Value): Value {
  const linear = 2 * Math.sqrt(2 / Math.PI);
  const factor = t.add(t.mul(t.mul(x, x), linear * 0.044715), linear); // u / x
  const s = t.sigmoid(t.mul(x, factor));
  const steepness = t.mul(x, t.sub(t.mul(factor, 3), 2 * linear)); // x·u'
  return t.add(s, t.mul(t.sub(s, t.mul(s, s)), steepness));
}
