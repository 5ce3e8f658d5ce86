import type { Value } from '#model/ir/graph';
import * as t from '#model/ops/tensor';
import type { ParameterSpec } from '#model/parameters';

import type { Optimiser } from './optimiser.ts';

export interface MuonOptions {
  readonly momentum?: number;
  readonly weightDecay?: number;
  /** For whatever Muon is not applied to: biases, norms, tables. */
  readonly others: Optimiser;
  /** Matrices of linear layers unless told; kernels may be taken too, as matrices of a row for each output. */
  readonly applies?: (spec: ParameterSpec) => boolean;
}

/**
 * Muon: a step in the direction of the momentum with all its singular values brought to about one, so that directions with
 * small gradients are learnt as fast as others. Five products of matrices more per matrix and step than AdamW.
 *
 * The step is scaled to the size of AdamW's (0.2·√(longer side)), so both take the same learning rate.
 */
export function muon({ momentum = 0.95, weightDecay = 0.01, others, applies = isMatrix }: MuonOptions): Optimiser {
  return {
    slots: (spec) => (applies(spec) ? ['muon.m'] : others.slots(spec)),
    scalars: (at) => ({
      ...others.scalars(at),
      muonRate: at.learningRate,
      muonShrink: 1 - at.learningRate * weightDecay,
    }),
    update(update) {
      const { spec, parameter, gradient, gradientScale, slots, scalar } = update;
      if (!applies(spec)) return others.update(update);
      const clipped = t.mul(gradient, gradientScale);
      const next = t.add(t.mul(slots[0]!, momentum), clipped);
      // Nesterov's form: the direction looks one step ahead.
      const ahead = asMatrix(t.add(clipped, t.mul(next, momentum)));
      const direction = t.reshape(orthogonalised(ahead), parameter.shape);
      const longer = Math.max(...(ahead.shape as readonly number[]));
      const move = t.mul(direction, t.mul(scalar('muonRate'), 0.2 * Math.sqrt(longer)));
      return { parameter: t.sub(t.mul(parameter, scalar('muonShrink')), move), slots: [next] };
    },
  };
}

function isMatrix({ kind }: ParameterSpec): boolean {
  return kind === 'linear';
}

/** A kernel [out, in, height, width] as [out, in · height · width]; a matrix as it is. */
function asMatrix(x: Value): Value {
  const [rows = 1, ...others] = x.shape as readonly number[];
  return t.reshape(x, [rows, others.reduce((product, side) => product * side, 1)]);
}

/** Coefficients of the odd polynomial that brings singular values from (0, 1] to about one in five turns. */
const POLYNOMIAL = [3.4445, -4.775, 2.0315] as const;
const TURNS = 5;

/** A matrix with the same singular vectors and singular values between about 0.7 and 1.2 (Newton–Schulz). */
export function orthogonalised(matrix: Value): Value {
  const [rows, columns] = matrix.shape as readonly [number, number];
  const norm = t.sqrt(t.reduceSum(t.mul(matrix, matrix), [0, 1], false));
  let x = t.div(matrix, t.add(norm, 1e-7));
  const [a, b, c] = POLYNOMIAL;
  // The smaller of the two square products is taken, on whichever side.
  const isTall = rows > columns;
  for (let turn = 0; turn < TURNS; turn++) {
    const square = isTall ? t.matmul(x, x, { transposeA: true }) : t.matmul(x, x, { transposeB: true });
    const mixed = t.add(t.mul(square, b), t.mul(t.matmul(square, square), c));
    x = t.add(t.mul(x, a), isTall ? t.matmul(x, mixed) : t.matmul(mixed, x));
  }
  return x;
}
