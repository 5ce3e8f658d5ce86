import { nd, tabulate, type Nd } from '#testing/nd';
import { describeOps, ids, numbers, whole, type OpCase } from '#testing/op-cases';
import * as t from '../tensor.ts';
import type { shape } from './shape.ts';

/** By the operation that a case is about. */
const cases: Record<keyof typeof shape, readonly OpCase[]> = {
  reshape: [
    {
      build: (x) => t.reshape(x, [x.shape[0]!, 6, 2]),
      inputs: [whole(2, 3, 4)],
      expected: (x) => nd([2, 6, 2], x.data),
      dtypes: numbers,
      symbolic: [['n', 3, 4]],
    },
    {
      build: (x) => t.reshape(x, [12, x.shape[0]!]),
      inputs: [whole(2, 12)],
      expected: (x) => nd([12, 2], x.data),
      symbolic: [['n', 12]],
    },
  ],
  'reshape-like': [
    {
      build: (x, like) => t.reshapeLike(x, like),
      inputs: [whole(2, 12), whole(4, 2, 3)],
      expected: (x) => nd([4, 2, 3], x.data),
      dtypes: numbers,
      symbolic: [
        ['n', '3*m'],
        ['m', 'n', 3],
      ],
    },
  ],
  transpose: [
    {
      build: (x) => t.transpose(x, [2, 0, 1]),
      inputs: [whole(2, 3, 4)],
      expected: (x) => tabulate([4, 2, 3], (k, i, j) => x.at(i, j, k)),
      dtypes: numbers,
      symbolic: [['n', 3, 'm']],
    },
  ],
  expand: [
    {
      build: (x) => t.expand(x, [2, x.shape[0]!, 4]),
      inputs: [whole(3, 1)],
      expected: (x) => tabulate([2, 3, 4], (...i) => x.at(...i)),
      dtypes: numbers,
      symbolic: [['n', 1]],
    },
  ],
  concat: [
    {
      build: (a, b) => t.concat([a, b, a], -1),
      inputs: [whole(2, 1), whole(2, 2)],
      expected: (a, b) => tabulate([2, 4], (i, j) => (j === 1 || j === 2 ? b.at(i, j - 1) : a.at(i, 0))),
      dtypes: numbers,
      symbolic: [
        ['n', 1],
        ['n', 'm'],
      ],
    },
  ],
  split: [
    {
      build: (x) => t.split(x, 1, [1, 3]),
      inputs: [whole(2, 4)],
      expected: (x) => [tabulate([2, 1], (i) => x.at(i, 0)), tabulate([2, 3], (i, j) => x.at(i, j + 1))],
      dtypes: numbers,
      symbolic: [['n', 4]],
    },
  ],
  slice: [
    ...(
      [
        [1, 4, 1],
        [-3, null, 1],
        [0, -1, 2],
        [-1, null, -1],
        [3, 0, -2],
        [4, 2, 1],
      ] as const
    ).map(([start, end, step]): OpCase => ({
      build: (x) => t.slice(x, 1, start, end, step),
      inputs: [whole(2, 5)],
      expected: (x) => {
        const columns = sliced(5, start, end, step);
        return tabulate([2, columns.length], (i, j) => x.at(i, columns[j]!));
      },
      dtypes: numbers,
      symbolic: [['n', 5]],
    })),
    {
      build: (x) => t.slice(x, 0, 1),
      inputs: [whole(4)],
      expected: (x) => nd([3], x.data.slice(1)),
      symbolic: [['1+n']],
    },
  ],
  'dynamic-slice': [
    {
      build: (x, from, to) => t.dynamicSlice(x, 0, from, to, 2),
      inputs: [whole(4, 2), ids([1]), ids([3])],
      expected: (x) => nd([2, 2], x.data.slice(2, 6)),
      symbolic: [['n', 2], [1], [1]],
    },
  ],
  extent: [
    {
      build: (x) => t.extent(x, -1),
      inputs: [whole(2, 5)],
      expected: () => nd([1], [5]),
      dtypes: numbers,
      symbolic: [[2, 'n']],
    },
  ],
  pad: [
    {
      build: (x) => t.pad(x, [1, 0], [0, 2]),
      inputs: [whole(2, 3)],
      expected: (x) => tabulate([3, 5], (i, j) => (i > 0 && j < 3 ? x.at(i - 1, j) : 0)),
      dtypes: numbers,
      symbolic: [['n', 3]],
    },
  ],
  gather: [
    {
      build: (x, at) => t.gather(x, at),
      inputs: [whole(4, 2), ids([3, 0, 3, 1, 1, 2], [2, 3])],
      expected: (x, at) => tabulate([2, 3, 2], (i, j, k) => x.at(at.at(i, j), k)),
      dtypes: numbers,
      symbolic: [
        [4, 2],
        ['n', 3],
      ],
    },
    {
      build: (x, at) => t.gather(x, t.cast(at, 'i32'), 1),
      inputs: [whole(2, 4), ids([3, 1])],
      expected: (x, at) => tabulate([2, 2], (i, j) => x.at(i, at.at(j))),
    },
  ],
  'scatter-rows': (['none', 'add'] as const).map((reduction): OpCase => ({
    build: (x, at, rows) => t.scatterRows(x, at, rows, reduction),
    inputs: [whole(4, 2), ids(reduction === 'add' ? [3, 0, 3] : [3, 0, 1]), whole(3, 2)],
    expected: (x, at, rows) => scatter(x, rows, (i, j) => [at.at(i), j], reduction),
    dtypes: reduction === 'add' ? (['f32', 'i32', 'i64'] as const) : numbers,
    symbolic: [['n', 2], ['m'], ['m', 2]],
  })),
  'gather-elements': [
    {
      build: (x, at) => t.gatherElements(x, at, 1),
      inputs: [whole(2, 3), ids([2, 0, 1, 1], [2, 2])],
      expected: (x, at) => tabulate([2, 2], (i, j) => x.at(i, at.at(i, j))),
      dtypes: numbers,
      symbolic: [
        ['n', 3],
        ['n', 2],
      ],
    },
  ],
  'scatter-elements': (['none', 'add'] as const).map((reduction): OpCase => ({
    build: (x, at, y) => t.scatterElements(x, at, y, 1, reduction),
    inputs: [whole(2, 3), ids(reduction === 'add' ? [2, 2, 1, 0] : [2, 0, 1, 0], [2, 2]), whole(2, 2)],
    expected: (x, at, y) => scatter(x, y, (i, j) => [i, at.at(i, j)], reduction),
    dtypes: reduction === 'add' ? (['f32', 'i32', 'i64'] as const) : numbers,
    symbolic: [
      ['n', 3],
      ['n', 2],
      ['n', 2],
    ],
  })),
};

describeOps(cases);

/** Python's `range(extent)[start:end:step]`. */
function sliced(extent: number, start: number, end: number | null, step: number): number[] {
  const from = start < 0 ? start + extent : start;
  const to = end === null ? (step > 0 ? extent : -1) : end < 0 ? end + extent : end;
  const picked: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) if (i >= 0 && i < extent) picked.push(i);
  return picked;
}

function scatter(
  x: Nd,
  updates: Nd,
  place: (i: number, j: number) => readonly [number, number],
  reduction: 'none' | 'add',
): Nd {
  const [rows, columns] = x.shape as [number, number];
  const [count, width] = updates.shape as [number, number];
  const data = [...x.data];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) {
      const [row, column] = place(i, j);
      const at = row * columns + column;
      data[at] = (reduction === 'add' ? data[at]! : 0) + updates.at(i, j);
    }
  }
  return nd([rows, columns], data);
}
