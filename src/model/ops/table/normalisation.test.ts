import { sumOver, tabulate } from '#testing/nd';
import { describeOps, some, type OpCase } from '#testing/op-cases';
import type { Value } from '../../ir/graph.ts';
import { apply, apply1 } from '../apply.ts';
import type { normalisations } from './normalisation.ts';

/** By the operation that a case is about. */
const cases: Record<keyof typeof normalisations, readonly OpCase[]> = {
  'layer-norm': [
    norm((x, scale, bias) => apply('layer-norm', [x, scale, bias], { epsilon: 1e-3 }), {
      centred: true,
      scale: [4],
      bias: [4],
    }),
    norm((x, scale) => apply('layer-norm', [x, scale], { epsilon: 1e-3 }), { centred: true, scale: [1] }),
    norm((x, scale, bias) => apply('layer-norm', [x, scale, bias], { epsilon: 1e-3 }), {
      centred: true,
      scale: [2, 1, 4],
      bias: [2, 1, 4],
    }),
  ],
  'rms-norm': [norm((x, scale) => apply('rms-norm', [x, scale], { epsilon: 1e-3 }), { centred: false, scale: [4] })],
  'instance-norm': [
    {
      build: (x, scale, bias) => apply1('instance-norm', [x, scale, bias], { epsilon: 1e-3 }),
      inputs: [some(2, 2, 5), some(2), some(2)],
      expected: (x, scale, bias) =>
        tabulate([2, 2, 5], (n, c, i) => {
          const mean = sumOver(5, (k) => x.at(n, c, k)) / 5;
          const variance = sumOver(5, (k) => (x.at(n, c, k) - mean) ** 2) / 5;
          return ((x.at(n, c, i) - mean) / Math.sqrt(variance + 1e-3)) * scale.at(c) + bias.at(c);
        }),
      symbolic: [['n', 2, 'm'], [2], [2]],
    },
  ],
};

describeOps(cases);

/** Over the last axis of [2, 3, 4], with the deviations as a second result. */
function norm(
  build: (x: Value, scale: Value, bias: Value) => readonly Value[],
  { centred, scale, bias }: { centred: boolean; scale: number[]; bias?: number[] },
): OpCase {
  return {
    build,
    inputs: [some(2, 3, 4), some(...scale), ...(bias ? [some(...bias)] : [])],
    expected: (x, factor, shift) => {
      const mean = (n: number, i: number) => (centred ? sumOver(4, (k) => x.at(n, i, k)) / 4 : 0);
      const deviation = (n: number, i: number) =>
        1 / Math.sqrt(sumOver(4, (k) => (x.at(n, i, k) - mean(n, i)) ** 2) / 4 + 1e-3);
      return [
        tabulate(
          [2, 3, 4],
          (n, i, k) => (x.at(n, i, k) - mean(n, i)) * deviation(n, i) * factor.at(n, i, k) + (shift?.at(n, i, k) ?? 0),
        ),
        tabulate([2, 3, 1], (n, i) => deviation(n, i)),
      ];
    },
    symbolic: [
      ['n', 3, 4],
      scale.length === 3 ? ['n', 1, 4] : scale,
      ...(bias ? [bias.length === 3 ? ['n', 1, 4] : bias] : []),
    ],
  };
}
