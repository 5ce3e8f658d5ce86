/**
 * @file Norms, with closed-form gradients. For x̂ = (x - mean)·r, where r is one over the standard deviation of a row, and
 * the gradient g of x̂: dx = r·(g - mean(g) - x̂·mean(g·x̂)). Root-mean-square norm is the same without both means of x and g.
 */
import { assert } from '#base/assert';
import { elementCount } from '#model/ir/tensor-type';
import type { Value } from '#model/ir/graph';
import { apply } from '#model/ops/apply';
import * as t from '#model/ops/tensor';
import type { normalisations as definitions } from '#model/ops/table/normalisation';

import { sumTo } from '../sum-to.ts';
import type { VjpTable } from '../vjp.ts';

export const normalisations: VjpTable<keyof typeof definitions> = {
  'layer-norm': ({ attributes, inputs: [x, scale, bias], outputs: [y, deviation], gradient, gradients }) => {
    assert(!gradients[1], 'the deviation of a norm is used in backward passes only');
    // Without scale and bias the result is x̂ itself; else one more pass gives it again.
    const plain = isOne(scale!) && !bias;
    const normalised = plain ? y! : apply('layer-norm', [x!, one(x!)], attributes)[0]!;
    const product = t.mul(gradient, normalised);
    const centred = layerNormGradient(normalised, deviation!, gradient, product, plain ? null : scale!);
    return [centred, sumTo(product, scale!.shape), bias ? sumTo(gradient, bias.shape) : null];
  },
  'rms-norm': ({ inputs: [x, scale], outputs: [, deviation], gradient, gradients }) => {
    assert(!gradients[1], 'the deviation of a norm is used in backward passes only');
    // With r = deviation: dx = r·(g·scale) - x·r³·mean(g·scale·x), and the scale's gradient is the sum of g·x·r over rows.
    const size = x!.shape.at(-1) as number;
    const product = t.mul(gradient, x!);
    const along = t.mul(rowProducts(product, scale!), 1 / size);
    const cubed = t.mul(t.mul(deviation!, deviation!), deviation!);
    const forX = t.sub(t.mul(t.mul(gradient, scale!), deviation!), t.mul(x!, t.mul(cubed, along)));
    const rows = (value: Value) => t.reshape(value, [elementCount(x!.shape.slice(0, -1)), value.shape.at(-1)!]);
    const forScale = t.matmul(rows(deviation!), rows(product), { transposeA: true });
    return [forX, t.reshape(forScale, [size])];
  },
  // [batch, channels, ...]: a layer norm over all that follows the channels, whose kernel also gives the deviation.
  'instance-norm': ({ attributes, inputs: [x, scale], gradient }) => {
    const [batch, channels, ...sides] = x!.shape;
    const rows = [batch!, channels!, elementCount(sides)];
    const perChannel = t.reshape(scale!, [channels!, 1]);
    const flat = t.reshape(gradient, rows);
    const [normalised, deviation] = apply('layer-norm', [t.reshape(x!, rows), one(x!)], attributes);
    const product = t.mul(flat, normalised!);
    const dx = layerNormGradient(normalised!, t.mul(deviation!, perChannel), flat, product, null);
    return [t.reshape(dx, x!.shape), t.reduceSum(product, [0, 2], false), t.reduceSum(flat, [0, 2], false)];
  },
};

/** @param product gradient · normalised, which the caller needs too */
function layerNormGradient(
  normalised: Value,
  deviation: Value,
  gradient: Value,
  product: Value,
  scale: Value | null,
): Value {
  const share = 1 / (normalised.shape.at(-1) as number);
  const along = scale ? t.mul(rowProducts(product, scale), share) : t.reduceMean(product, -1);
  const scaled = scale ? t.mul(gradient, scale) : gradient;
  const level = scale ? t.mul(rowProducts(gradient, scale), share) : t.reduceMean(gradient, -1);
  return t.mul(t.sub(t.sub(scaled, t.mul(normalised, along)), level), deviation);
}

/** Sums of x·weight over the last axis, kept with extent 1: a product with a matrix of one column. */
function rowProducts(x: Value, weight: Value): Value {
  const size = x.shape.at(-1)!;
  if (weight.shape.at(-1) !== size) return t.reduceSum(t.mul(x, weight), -1);
  if (weight.shape.length === 1) return t.matmul(x, t.reshape(weight, [size, 1]));
  return t.matmul(x, weight, { transposeB: true });
}

function one({ scope, dtype }: Value): Value {
  return t.full(scope, dtype, 1, [1]);
}

function isOne({ source }: Value): boolean {
  return source.kind === 'constant' && source.data instanceof Float32Array && source.data.every((value) => value === 1);
}
