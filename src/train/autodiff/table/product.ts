import { elementCount } from '#model/ir/tensor-type';
import type { Value } from '#model/ir/graph';
import * as t from '#model/ops/tensor';
import type { products as definitions } from '#model/ops/table/product';

import { sumTo } from '../sum-to.ts';
import type { VjpTable } from '../vjp.ts';

type Pads = readonly [top: number, left: number, bottom: number, right: number];

export const products: VjpTable<keyof typeof definitions> = {
  matmul: ({ attributes: { transposeA, transposeB }, inputs: [a, b], gradient: g }) => {
    if (!transposeA && a!.shape.length > 2 && b!.shape.length === 2) return linear(a!, b!, g, transposeB);
    const forA = transposeA
      ? t.matmul(b!, g, { transposeA: transposeB, transposeB: true })
      : t.matmul(g, b!, { transposeB: !transposeB });
    const forB = transposeB
      ? t.matmul(g, a!, { transposeA: true, transposeB: transposeA })
      : t.matmul(a!, g, { transposeA: !transposeA });
    return [sumTo(forA, a!.shape), sumTo(forB, b!.shape)];
  },
  conv: ({ attributes: { stride, pads }, inputs: [x, kernel, bias], gradient }) => [
    pictureGradient(x!, kernel!, gradient, stride, pads),
    kernelGradient(x!, kernel!, gradient, stride, pads),
    bias ? t.reduceSum(gradient, [0, 2, 3], false) : null,
  ],
  'conv-transpose': ({ attributes: { stride, pads }, inputs: [x, kernel], gradient }) => [
    t.conv(gradient, kernel!, null, { stride, padding: pads }),
    kernelGradient(gradient, kernel!, x!, stride, pads),
  ],
  'upsample-nearest': ({ attributes: { factor }, gradient }) => [t.mul(t.averagePool(gradient, factor), factor ** 2)],
  'average-pool': ({ attributes: { size }, gradient }) => [t.mul(t.upsampleNearest(gradient, size), size ** -2)],
};

/** A product of rows with one matrix: all rows of all batches are one long matrix. */
function linear(a: Value, b: Value, g: Value, transposeB: boolean): readonly [Value, Value] {
  const rows = (x: Value) => t.reshape(x, [elementCount(x.shape.slice(0, -1)), x.shape.at(-1)!]);
  const forB = transposeB
    ? t.matmul(rows(g), rows(a), { transposeA: true })
    : t.matmul(rows(a), rows(g), { transposeA: true });
  return [t.matmul(g, b, { transposeB: !transposeB }), forB];
}

/**
 * The gradient of a convolution's pictures. With stride 1 that is a convolution of the gradient with the kernel turned by
 * 180°, its padding filled up to the kernel's side minus one; otherwise the transposed convolution.
 */
function pictureGradient(x: Value, kernel: Value, gradient: Value, stride: number, pads: Pads): Value {
  const [, , height, width] = kernel.shape as readonly number[] as readonly [number, number, number, number];
  const [top, left, bottom, right] = pads;
  const padding = [height - 1 - top, width - 1 - left, height - 1 - bottom, width - 1 - right] as const;
  if (stride === 1 && padding.every((pad) => pad >= 0)) {
    const turned = [2, 3].reduce((k, axis) => (k.shape[axis] === 1 ? k : t.slice(k, axis, -1, null, -1)), kernel);
    return t.conv(gradient, t.transpose(turned, [1, 0, 2, 3]), null, { padding });
  }
  const reached = (axis: number, side: number, trimmed: number) =>
    ((gradient.shape[axis] as number) - 1) * stride + side - trimmed;
  const extra = [
    (x.shape[2] as number) - reached(2, height, top + bottom),
    (x.shape[3] as number) - reached(3, width, left + right),
  ] as const;
  return t.convTranspose(gradient, kernel, { stride, padding: pads, extra });
}

/**
 * The gradient of a kernel [out, in, height, width]: the product of the gradient with the pictures as every kernel element
 * saw them (im2col), added over the batch.
 */
function kernelGradient(x: Value, kernel: Value, gradient: Value, stride: number, pads: Pads): Value {
  const [filters, channels, height, width] = kernel.shape as readonly number[] as [number, number, number, number];
  const [batch, , outHeight, outWidth] = gradient.shape as readonly number[] as [number, number, number, number];
  const [top, left, bottom, right] = pads;
  const padded = pads.every((pad) => pad === 0) ? x : t.pad(x, [0, 0, top, left], [0, 0, bottom, right]);
  const strided = (value: Value, axis: number, from: number, count: number) =>
    value.shape[axis] === count ? value : t.slice(value, axis, from, from + (count - 1) * stride + 1, stride);
  const views: Value[] = [];
  // Columns are cut once per kernel column; whole rows of what is left lie together in memory.
  const columns = Array.from({ length: width }, (_, column) => strided(padded, 3, column, outWidth));
  for (let row = 0; row < height; row++) {
    for (const cut of columns) {
      views.push(t.reshape(strided(cut, 2, row, outHeight), [batch, channels, outHeight * outWidth]));
    }
  }
  const flat = t.reshape(gradient, [batch, filters, outHeight * outWidth]);
  const perPicture = t.matmul(flat, t.concat(views, 1), { transposeB: true });
  const byElement = t.reshape(t.reduceSum(perPicture, 0, false), [filters, height, width, channels]);
  return t.transpose(byElement, [0, 3, 1, 2]);
}
