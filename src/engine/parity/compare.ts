import { maxDifference, type ParityRow } from '#train/parity/golden';

import type { ExpectedOutput } from './golden-case.ts';

/** How much difference is allowed beyond the reference's own tolerance. */
export interface Tolerance {
  /** Multiplies the manifest's `atol`, which is meant for f32 on a CPU. */
  readonly atolFactor: number;
  /** At least this share of the largest value. */
  readonly relative: number;
}

type Elements = Float32Array | Int32Array | Uint8Array;

/** Share of an image's bytes that must be equal; none may differ by more than 1. */
const EQUAL_BYTES = 0.98;

export function compareOutput(
  id: string,
  name: string,
  expected: Elements,
  actual: Elements | undefined,
  output: ExpectedOutput,
  tolerance: Tolerance,
): ParityRow {
  const row = { case: id, tensor: name };
  if (actual?.length !== expected.length) {
    return { ...row, error: Number.POSITIVE_INFINITY, allowed: 0, passed: false, relative: null };
  }
  const error = maxDifference(expected, actual);
  if (output.dtype === 'U8') {
    const exact = tolerance.atolFactor === 1;
    const allowed = exact ? 1 : Math.ceil(255 * tolerance.relative) + 1;
    const passed = error <= allowed && (!exact || equalShare(expected, actual) >= EQUAL_BYTES);
    return { ...row, error, allowed, passed, relative: null };
  }
  if (output.dtype === 'I32') return { ...row, error, allowed: 0, passed: error === 0, relative: null };
  const allowed = Math.max((output.atol ?? 0) * tolerance.atolFactor, (output.max_abs ?? 0) * tolerance.relative);
  return { ...row, error, allowed, passed: error <= allowed, relative: output.rms ? error / output.rms : null };
}

function equalShare(a: Elements, b: Elements): number {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return equal / a.length;
}

/** What the manifest asks of f32 on a CPU. */
export const exactTolerance: Tolerance = { atolFactor: 1, relative: 0 };

/**
 * For other devices: f32 there rounds differently (fused multiply-add, other orders of summation, shorter sines), and the
 * error of a whole loop grows with its steps. Quantised precisions are shown, not judged; their share is for the pictures.
 */
export function toleranceOf(precision: 'f32' | 'f16' | 'int8' | 'q4'): Tolerance {
  const relative = { f32: 1e-3, f16: 2e-2, int8: 0.2, q4: 0.4 };
  return { atolFactor: 20, relative: relative[precision] };
}
