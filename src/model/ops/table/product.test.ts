import { sumOver, tabulate } from '#testing/nd';
import { describeOps, floats, some, type OpCase } from '#testing/op-cases';
import type { Dim } from '../../ir/dim.ts';
import * as t from '../tensor.ts';
import type { products } from './product.ts';

/** By the operation that a case is about. */
const cases: Record<keyof typeof products, readonly OpCase[]> = {
  matmul: [
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB): OpCase => ({
        build: (a, b) => t.matmul(a, b, { transposeA, transposeB }),
        inputs: [transposeA ? some(2, 3, 2) : some(2, 2, 3), transposeB ? some(1, 4, 3) : some(1, 3, 4)],
        expected: (a, b) =>
          tabulate([2, 2, 4], (n, i, j) =>
            sumOver(
              3,
              (k) => (transposeA ? a.at(n, k, i) : a.at(n, i, k)) * (transposeB ? b.at(n, j, k) : b.at(n, k, j)),
            ),
          ),
        dtypes: floats,
        symbolic: [transposeA ? ['n', 3, 'm'] : ['n', 'm', 3], transposeB ? [1, 4, 3] : [1, 3, 4]],
      })),
    ),
    {
      build: (a, b) => t.matmul(a, b),
      inputs: [some(2, 2, 3), some(3, 4)],
      expected: (a, b) => tabulate([2, 2, 4], (n, i, j) => sumOver(3, (k) => a.at(n, i, k) * b.at(k, j))),
      symbolic: [
        ['n', 2, 3],
        [3, 4],
      ],
    },
  ],
  conv: [
    convCase(1, [1, 1, 1, 1], [2, 2, 4, 3], [3, 2, 3, 3], [['n', 2, 'h', 'w'], [3, 2, 3, 3], [3]]),
    convCase(2, [0, 0, 1, 1], [1, 2, 4, 6], [2, 2, 3, 3], [[1, 2, '2*h', '2*w'], [2, 2, 3, 3], [2]]),
    convCase(1, [0, 0, 0, 0], [1, 3, 2, 2], [2, 3, 1, 1], [[1, 3, 'h', 'w'], [2, 3, 1, 1], [2]]),
  ],
  'conv-transpose': [
    {
      build: (x, k) => t.convTranspose(x, k, { stride: 2, padding: [0, 0, 1, 1], extra: [0, 0] }),
      inputs: [some(1, 2, 2, 3), some(2, 1, 3, 3)],
      // The adjoint: every pixel adds its multiple of the kernel at twice its place.
      expected: (x, k) =>
        tabulate([1, 1, 4, 6], (_, __, row, column) =>
          sumOver(2 * 2 * 3, (at) => {
            const [c, i, j] = [Math.floor(at / 6), Math.floor(at / 3) % 2, at % 3];
            const [dy, dx] = [row - 2 * i, column - 2 * j];
            return dy >= 0 && dy < 3 && dx >= 0 && dx < 3 ? x.at(0, c, i, j) * k.at(c, 0, dy, dx) : 0;
          }),
        ),
      symbolic: [
        [1, 2, 'h', 'w'],
        [2, 1, 3, 3],
      ],
    },
  ],
  'upsample-nearest': [
    {
      build: (x) => t.upsampleNearest(x, 2),
      inputs: [some(1, 2, 2, 3)],
      expected: (x) => tabulate([1, 2, 4, 6], (n, c, i, j) => x.at(n, c, i >> 1, j >> 1)),
      dtypes: floats,
      symbolic: [['n', 2, 'h', 'w']],
    },
  ],
  'average-pool': [
    {
      build: (x) => t.averagePool(x, 2),
      inputs: [some(1, 2, 4, 6)],
      expected: (x) =>
        tabulate([1, 2, 2, 3], (n, c, i, j) => sumOver(4, (at) => x.at(n, c, 2 * i + (at >> 1), 2 * j + (at & 1)) / 4)),
      symbolic: [['n', 2, '2*h', '2*w']],
    },
  ],
};

describeOps(cases);

function convCase(
  stride: number,
  pads: readonly [number, number, number, number],
  size: readonly [number, number, number, number],
  kernel: readonly [number, number, number, number],
  symbolic: readonly (readonly Dim[])[],
): OpCase {
  const [batch, channels, height, width] = size;
  const [filters, , side] = kernel;
  const [top, left, bottom, right] = pads;
  const outHeight = Math.floor((height + top + bottom - side) / stride) + 1;
  const outWidth = Math.floor((width + left + right - side) / stride) + 1;
  return {
    build: (x, k, bias) => t.conv(x, k, bias, { stride, padding: pads }),
    inputs: [some(...size), some(...kernel), some(filters)],
    expected: (x, k, bias) =>
      tabulate([batch, filters, outHeight, outWidth], (n, f, i, j) => {
        const sum = sumOver(channels * side * side, (at) => {
          const [c, dy, dx] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side];
          const [row, column] = [i * stride + dy - top, j * stride + dx - left];
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          return inside ? x.at(n, c, row, column) * k.at(f, c, dy, dx) : 0;
        });
        return sum + bias.at(f);
      }),
    symbolic,
  };
}
