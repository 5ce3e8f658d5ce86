import { gaussianBlur } from './gaussian-blur.ts';
import { phaseCorrelation } from './phase-correlation.ts';
import { type Plane, createPlane, mapPlane } from './plane.ts';
import { type AxisMap, type SampleGrid, resamplePlane } from './resample.ts';

/** A shift and a slight change of scale about the picture's centre: what lies at p is found at c + scale·(p − c) + (dx, dy). */
export interface Similarity {
  readonly scale: number;
  /** In pixels. */
  readonly dx: number;
  readonly dy: number;
}

const identitySimilarity: Similarity = { scale: 1, dx: 0, dy: 0 };

export interface Registration extends Similarity {
  /** Weighted mean difference of the two pictures' detail, in L units, as they were and once the second is moved back. */
  readonly errorBefore: number;
  readonly errorAfter: number;
}

export interface RegistrationLimits {
  /** Largest change of scale, as a fraction. */
  readonly maxScaleChange: number;
  /** Largest shift, as a fraction of the shorter side. */
  readonly maxShift: number;
}

/** Detail is what lies between these two blurs (σ in pixels of a level): neither noise nor light. */
const DETAIL_SIGMAS = [1, 4] as const;
/** The coarse search runs on at most this many pixels, the fine one on four times as many each. */
const COARSE_PIXELS = 1 << 16;
const FINE_PIXELS = 1 << 19;
const ITERATIONS = 12;
const CONVERGED_PX = 0.01;
/** Mean squared gradient (L² per px²) below which there is nothing to hold on to. */
const MIN_TEXTURE = 1e-3;

/**
 * Finds how `moved` is displaced against `reference`, both lightness planes of one size: phase correlation of a reduced
 * copy gives the shift, then least squares on the difference (Gauss–Newton on a pyramid, outliers weighted down)
 * refines shift and scale to a few hundredths of a pixel. Light and contrast hardly matter, because only detail is
 * compared. Where there is none, or nothing is shared, `errorAfter` is not below `errorBefore`.
 *
 * @param weight - 0 leaves a pixel out (of `reference`; e.g. the masked region), 1 counts it fully
 */
export function registerPlanes(
  reference: Plane,
  moved: Plane,
  weight: Plane,
  limits: RegistrationLimits,
): Registration {
  const levels = buildLevels(reference, moved, weight);
  const finest = levels[0]!;
  const coarsest = levels.at(-1)!;
  const shift = phaseCorrelation(
    windowed(coarsest.reference, coarsest.weight),
    windowed(coarsest.moved, coarsest.weight),
  );
  let found = clampTo(limits, coarsest, { scale: 1, dx: shift.dx, dy: shift.dy });
  if (errorOf(coarsest, found) > errorOf(coarsest, identitySimilarity)) found = identitySimilarity;
  for (const [i, level] of levels.toReversed().entries()) {
    if (i > 0) found = { ...found, dx: found.dx * 2, dy: found.dy * 2 };
    found = refine(level, found, limits);
  }
  const errorBefore = errorOf(finest, identitySimilarity);
  const errorAfter = errorOf(finest, found);
  const toFull = 2 ** finest.halvings;
  return { scale: found.scale, dx: found.dx * toFull, dy: found.dy * toFull, errorBefore, errorAfter };
}

/** The sampling that moves a registered picture back onto its reference. */
export function gridOf(similarity: Similarity, width: number, height: number): SampleGrid {
  const { scale, dx, dy } = similarity;
  return {
    width,
    height,
    x: { scale, offset: ((width - 1) / 2) * (1 - scale) + dx },
    y: { scale, offset: ((height - 1) / 2) * (1 - scale) + dy },
  };
}

/** One size of the pictures to compare: their detail, and which of it counts. */
interface Level {
  readonly reference: Plane;
  readonly moved: Plane;
  readonly weight: Plane;
  /** How often the sides were halved to get here. */
  readonly halvings: number;
}

/** From the finest to the coarsest. */
function buildLevels(reference: Plane, moved: Plane, weight: Plane): readonly Level[] {
  const levels: Level[] = [];
  let [a, b, w] = [reference, moved, weight];
  for (let halvings = 0; ; halvings++) {
    const pixels = a.width * a.height;
    if (pixels <= FINE_PIXELS) {
      levels.push({ reference: detailOf(a), moved: detailOf(b), weight: trimmed(w), halvings });
    }
    if (pixels <= COARSE_PIXELS) return levels;
    [a, b, w] = [halve(a), halve(b), halve(w)];
  }
}

function detailOf(plane: Plane): Plane {
  const coarse = gaussianBlur(plane, DETAIL_SIGMAS[1]).data;
  return mapPlane(gaussianBlur(plane, DETAIL_SIGMAS[0]), (value, i) => value - coarse[i]!);
}

/** The weight without the pixels so near to others of weight 0 that these show in the detail. */
function trimmed(weight: Plane): Plane {
  const near = gaussianBlur(weight, DETAIL_SIGMAS[1]).data;
  return mapPlane(weight, (value, i) => value * Math.min(1, Math.max(0, 10 * near[i]! - 9)));
}

/** Means of 2×2 pixels; an odd last row or column is left out. */
function halve(plane: Plane): Plane {
  const { data } = plane;
  const result = createPlane(plane.width >> 1, plane.height >> 1);
  for (let y = 0, i = 0; y < result.height; y++) {
    for (let x = 0; x < result.width; x++, i++) {
      const at = 2 * y * plane.width + 2 * x;
      result.data[i] = (data[at]! + data[at + 1]! + data[at + plane.width]! + data[at + plane.width + 1]!) / 4;
    }
  }
  return result;
}

/** Fades to 0 at the borders (Hann), so that they are not taken for content. */
function windowed(plane: Plane, weight: Plane): Plane {
  const { width, height } = plane;
  const hann = (size: number) =>
    Float64Array.from({ length: size }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / size) ** 2);
  const [across, down] = [hann(width), hann(height)];
  return mapPlane(plane, (value, i) => value * weight.data[i]! * across[i % width]! * down[Math.floor(i / width)]!);
}

/** Weighted mean absolute difference once `moved` is taken back; infinite when nothing is left to compare. */
function errorOf(level: Level, similarity: Similarity): number {
  const { reference, weight } = level;
  const { width, height } = reference;
  const grid = gridOf(similarity, width, height);
  const back = resamplePlane(level.moved, grid);
  const columns = insideOf(grid.x, width);
  const rows = insideOf(grid.y, height);
  let sum = 0;
  let total = 0;
  for (let y = rows.first; y <= rows.last; y++) {
    for (let x = columns.first; x <= columns.last; x++) {
      const i = y * width + x;
      sum += weight.data[i]! * Math.abs(reference.data[i]! - back.data[i]!);
      total += weight.data[i]!;
    }
  }
  return total > 0 ? sum / total : Infinity;
}

/** The results of an axis map that fall between the first and last pixel but one: real pixels, with real neighbours. */
function insideOf(map: AxisMap, size: number): { first: number; last: number } {
  return {
    first: Math.max(1, Math.ceil((1 - map.offset) / map.scale)),
    last: Math.min(size - 2, Math.floor((size - 2 - map.offset) / map.scale)),
  };
}

function refine(level: Level, start: Similarity, limits: RegistrationLimits): Similarity {
  let found = start;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const step = gaussNewtonStep(level, found);
    if (!step) return found;
    found = clampTo(limits, level, { scale: found.scale + step.scale, dx: found.dx + step.dx, dy: found.dy + step.dy });
    if (Math.hypot(step.dx, step.dy) + Math.abs(step.scale) * level.reference.width < CONVERGED_PX) return found;
  }
  return found;
}

function clampTo(limits: RegistrationLimits, level: Level, { scale, dx, dy }: Similarity): Similarity {
  const { width, height } = level.reference;
  const maxShift = limits.maxShift * Math.min(width, height);
  const clamp = (value: number, limit: number) => Math.min(limit, Math.max(-limit, value));
  return { scale: 1 + clamp(scale - 1, limits.maxScaleChange), dx: clamp(dx, maxShift), dy: clamp(dy, maxShift) };
}

/** One weighted least-squares step towards making the two agree; undefined when there is too little detail for one. */
function gaussNewtonStep(level: Level, at: Similarity): Similarity | undefined {
  const { reference, weight } = level;
  const { width, height } = reference;
  const grid = gridOf(at, width, height);
  const back = resamplePlane(level.moved, grid).data;
  const ref = reference.data;
  const columns = insideOf(grid.x, width);
  const rows = insideOf(grid.y, height);
  // A difference beyond this is something else there, not a displacement.
  const outlier = 2 * errorOf(level, at) + Number.EPSILON;
  const radius = Math.hypot(width, height) / 2;

  // Normal equations of (dx, dy, scale · radius): the upper triangle of JᵀWJ, and JᵀWr.
  let [xx, xy, xs, yy, ys, ss] = [0, 0, 0, 0, 0, 0];
  let [rx, ry, rs] = [0, 0, 0];
  let total = 0;
  for (let y = rows.first; y <= rows.last; y++) {
    const v = (y - (height - 1) / 2) / radius;
    for (let x = columns.first; x <= columns.last; x++) {
      const i = y * width + x;
      if (!weight.data[i]) continue;
      const u = (x - (width - 1) / 2) / radius;
      const residual = ref[i]! - back[i]!;
      const doubt = residual / outlier;
      const w = weight.data[i] / (1 + doubt * doubt) ** 2;
      // The mean of both pictures' gradients makes the step exact to second order.
      const gx = (ref[i + 1]! - ref[i - 1]! + back[i + 1]! - back[i - 1]!) / 4;
      const gy = (ref[i + width]! - ref[i - width]! + back[i + width]! - back[i - width]!) / 4;
      const gs = gx * u + gy * v;
      total += w;
      xx += w * gx * gx;
      xy += w * gx * gy;
      xs += w * gx * gs;
      yy += w * gy * gy;
      ys += w * gy * gs;
      ss += w * gs * gs;
      rx += w * gx * residual;
      ry += w * gy * residual;
      rs += w * gs * residual;
    }
  }
  if (total === 0 || (xx + yy) / total < MIN_TEXTURE) return undefined;
  // A little damping, for pictures whose detail runs in one direction only.
  const damping = 1e-3 * (xx + yy);
  const solved = solveSymmetric3([xx + damping, xy, xs, yy + damping, ys, ss + damping], [rx, ry, rs]);
  return { dx: solved[0], dy: solved[1], scale: solved[2] / radius };
}

/** Solves the symmetric system with upper triangle (a b c / d e / f) by Cramer's rule. */
function solveSymmetric3(
  [a, b, c, d, e, f]: readonly [number, number, number, number, number, number],
  [p, q, r]: readonly [number, number, number],
): readonly [number, number, number] {
  const [m00, m01, m02] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const [m11, m12, m22] = [a * f - c * c, b * c - a * e, a * d - b * b];
  const determinant = a * m00 + b * m01 + c * m02;
  return [
    (m00 * p + m01 * q + m02 * r) / determinant,
    (m01 * p + m11 * q + m12 * r) / determinant,
    (m02 * p + m12 * q + m22 * r) / determinant,
  ];
}
