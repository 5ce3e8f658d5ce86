/** A brush as the user sets it. */
export interface Brush {
  /** Diameter in document pixels. */
  readonly size: number;
  /** 0 falls off from the centre, 1 has an edge as sharp as pixels allow. */
  readonly hardness: number;
  /** The most that one stroke covers, 0 to 1. */
  readonly opacity: number;
  /** How much each dab adds, 0 to 1; below 1 a stroke grows denser where it passes again. */
  readonly flow: number;
  /** How much a trembling hand is calmed, 0 to 1. */
  readonly smoothing: number;
  readonly pressureSize: boolean;
  readonly pressureOpacity: boolean;
}

export const defaultBrush: Brush = Object.freeze({
  size: 40,
  hardness: 0.8,
  opacity: 1,
  flow: 1,
  smoothing: 0.3,
  pressureSize: true,
  pressureOpacity: false,
});

/** Where the pointer was, in document pixels. */
export interface StrokeSample {
  readonly x: number;
  readonly y: number;
  /** 0 to 1; 1 for a mouse. */
  readonly pressure: number;
}

/** One print of the brush, in document pixels. */
export interface Dab {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 0 to 1, what the dab covers at its centre. */
  readonly strength: number;
}

/** Turns the pointer's way into dabs, as it comes in. */
export interface StrokePath {
  add(samples: readonly StrokeSample[]): Dab[];
  /** The rest of the way to where the pointer was lifted. */
  finish(): Dab[];
}

/** Distance of dabs as a part of the diameter: finer for hard brushes, whose scallops one would see. */
const spacingOf = (hardness: number): number => 0.1 - 0.06 * hardness;
/** A pen barely touching still draws this part of the full size. */
const leastPressureSize = 0.1;
/** Length over which full smoothing averages, in brush diameters and at least in pixels. */
const smoothingReach = { diameters: 0.5, pixels: 24 };

/**
 * The pointer's way is first calmed by a running average over its length (not over time: the same line comes out at
 * 60 and at 1000 samples a second), then rounded by quadratic curves between the midpoints of its segments.
 */
export function createStrokePath(brush: Brush): StrokePath {
  const reach = brush.smoothing * Math.max(smoothingReach.pixels, smoothingReach.diameters * brush.size);
  const dabs = createDabber(brush);
  let pointer: StrokeSample | undefined;
  let calm: StrokeSample | undefined;
  /** The last two calmed points: a curve is drawn up to the middle between them. */
  let corner: StrokeSample | undefined;
  let middle: StrokeSample | undefined;

  function advance(point: StrokeSample): Dab[] {
    if (!corner || !middle) {
      corner = middle = point;
      return dabs.start(point);
    }
    if (distance(corner, point) < 0.05) return [];
    const next = between(corner, point, 0.5);
    const made = dabs.curve(middle, corner, next);
    [corner, middle] = [point, next];
    return made;
  }

  function follow(sample: StrokeSample): Dab[] {
    if (!pointer || !calm || reach === 0) {
      pointer = calm = sample;
      return advance(sample);
    }
    const way = distance(pointer, sample);
    // Short steps, so that the average does not depend on how far apart the samples are.
    const steps = Math.max(1, Math.ceil(way / 2));
    const made: Dab[] = [];
    for (let step = 1; step <= steps; step++) {
      const raw = between(pointer, sample, step / steps);
      calm = between(calm, raw, 1 - Math.exp(-way / steps / reach));
      made.push(...advance(calm));
    }
    pointer = sample;
    return made;
  }

  return {
    add: (samples) => samples.flatMap(follow),
    finish: () => {
      if (!pointer || !corner || !middle) return [];
      return [...dabs.curve(middle, corner, corner), ...dabs.curve(corner, corner, pointer)];
    },
  };
}

/** Puts dabs along curves at even distances, carrying the rest of the distance from curve to curve. */
function createDabber(brush: Brush): {
  start(at: StrokeSample): Dab[];
  curve(from: StrokeSample, control: StrokeSample, to: StrokeSample): Dab[];
} {
  let sinceLast = 0;
  return {
    start: (at) => {
      sinceLast = 0;
      return [dabAt(brush, at)];
    },
    curve: (from, control, to) => {
      const made: Dab[] = [];
      const length = distance(from, control) + distance(control, to);
      if (length === 0) return made;
      const pieces = Math.max(1, Math.ceil(length / 2));
      let last = from;
      for (let piece = 1; piece <= pieces; piece++) {
        const t = piece / pieces;
        const point = between(between(from, control, t), between(control, to, t), t);
        const way = distance(last, point);
        let done = 0;
        for (;;) {
          const at = between(last, point, way === 0 ? 1 : done / way);
          const gap = Math.max(0.5, 2 * radiusAt(brush, at.pressure) * spacingOf(brush.hardness)) - sinceLast;
          if (done + gap > way) break;
          done += Math.max(0, gap);
          made.push(dabAt(brush, between(last, point, done / way)));
          sinceLast = 0;
        }
        sinceLast += way - done;
        last = point;
      }
      return made;
    },
  };
}

function dabAt(brush: Brush, { x, y, pressure }: StrokeSample): Dab {
  const strength = brush.flow * (brush.pressureOpacity ? pressure : 1);
  return { x, y, radius: radiusAt(brush, pressure), strength };
}

function radiusAt({ size, pressureSize }: Brush, pressure: number): number {
  return (size / 2) * (pressureSize ? leastPressureSize + (1 - leastPressureSize) * pressure : 1);
}

function between(from: StrokeSample, to: StrokeSample, t: number): StrokeSample {
  return {
    x: from.x + (to.x - from.x) * t,
    y: from.y + (to.y - from.y) * t,
    pressure: from.pressure + (to.pressure - from.pressure) * t,
  };
}

const distance = (one: StrokeSample, other: StrokeSample): number => Math.hypot(one.x - other.x, one.y - other.y);
