import type { Rng } from '../random.ts';
import type { Frame } from './scene.ts';

/** A rectangle in the frame, in units of length. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type LayoutId = 'single' | 'placed' | 'beside' | 'stacked' | 'overlapping' | 'count' | 'count-and-one' | 'group';

/** Where the sprites of a scene go, and which of them are of a kind. */
export interface Arrangement {
  /** One cell a sprite, back to front. */
  readonly cells: readonly Cell[];
  /** For each cell the index of its group: sprites of a group look the same. */
  readonly groups: readonly number[];
}

/** Cells as parts of a region: [left, top, width, height], each 0..1. */
type Part = readonly [number, number, number, number];

export const places = {
  'top left': [0, 0, 0.52, 0.52],
  top: [0.24, 0, 0.52, 0.52],
  'top right': [0.48, 0, 0.52, 0.52],
  left: [0, 0.24, 0.52, 0.52],
  centre: [0.12, 0.12, 0.76, 0.76],
  right: [0.48, 0.24, 0.52, 0.52],
  'bottom left': [0, 0.48, 0.52, 0.52],
  bottom: [0.24, 0.48, 0.52, 0.52],
  'bottom right': [0.48, 0.48, 0.52, 0.52],
} as const satisfies Record<string, Part>;
export type PlaceId = keyof typeof places;
export const placeIds = Object.keys(places) as readonly PlaceId[];

const whole: Part = [0.02, 0.02, 0.96, 0.96];
const beside: readonly Part[] = [
  [0, 0.1, 0.5, 0.8],
  [0.5, 0.1, 0.5, 0.8],
];
const stacked: readonly Part[] = [
  [0.1, 0, 0.8, 0.5],
  [0.1, 0.5, 0.8, 0.5],
];
/** The second one is nearer and covers a part of the first. */
const overlapping: readonly (readonly Part[])[] = [
  [
    [0.06, 0.02, 0.64, 0.64],
    [0.36, 0.38, 0.56, 0.56],
  ],
  [
    [0.3, 0.02, 0.64, 0.64],
    [0.08, 0.38, 0.56, 0.56],
  ],
];
const threes: readonly (readonly Part[])[] = [
  [
    [0, 0.02, 0.5, 0.48],
    [0.5, 0.02, 0.5, 0.48],
    [0.25, 0.5, 0.5, 0.48],
  ],
  [
    [0.25, 0.02, 0.5, 0.48],
    [0, 0.5, 0.5, 0.48],
    [0.5, 0.5, 0.5, 0.48],
  ],
];
const rowOfThree: readonly Part[] = [
  [0, 0.2, 0.333, 0.6],
  [0.333, 0.2, 0.333, 0.6],
  [0.667, 0.2, 0.333, 0.6],
];
const quarters: readonly Part[] = [
  [0, 0, 0.5, 0.5],
  [0.5, 0, 0.5, 0.5],
  [0, 0.5, 0.5, 0.5],
  [0.5, 0.5, 0.5, 0.5],
];

export function arrange(rng: Rng, layout: LayoutId, region: Cell): Arrangement {
  const { parts, groups } = layoutParts(rng, layout, region.width / region.height);
  return { cells: parts.map((part) => cellOf(region, part)), groups };
}

/** The cell of a named place in a region. */
export function placeCell(region: Cell, place: PlaceId): Cell {
  return cellOf(region, places[place]);
}

/** Which place a point of the frame is in: thirds of the frame, the middle ones a little narrower. */
export function placeOf(frame: Frame, x: number, y: number): PlaceId {
  const column = x < 0.36 * frame.width ? 'left' : x > 0.64 * frame.width ? 'right' : '';
  const row = y < 0.36 * frame.height ? 'top' : y > 0.64 * frame.height ? 'bottom' : '';
  return ([row, column].filter(Boolean).join(' ') || 'centre') as PlaceId;
}

function layoutParts(
  rng: Rng,
  layout: LayoutId,
  aspect: number,
): { parts: readonly Part[]; groups: readonly number[] } {
  switch (layout) {
    case 'single':
      return { parts: [whole], groups: [0] };
    case 'placed':
      return { parts: [places[rng.pick(placeIds.filter((place) => place !== 'centre'))]], groups: [0] };
    case 'beside':
      return { parts: beside, groups: [0, 1] };
    case 'stacked':
      return { parts: stacked, groups: [0, 1] };
    case 'overlapping':
      return { parts: rng.pick(overlapping), groups: [0, 1] };
    case 'count': {
      const count = rng.weighted({ 2: 3, 3: 3, 4: 3 });
      const parts =
        count === '2' ? rng.pick([beside, beside, stacked]) : count === '3' ? threeParts(rng, aspect) : quarters;
      return { parts, groups: parts.map(() => 0) };
    }
    case 'count-and-one': {
      // Two or three of a kind, and one of another kind.
      const parts = rng.chance(0.5) ? threeParts(rng, aspect) : quarters;
      const odd = rng.below(parts.length);
      return { parts, groups: parts.map((_, index) => (index === odd ? 1 : 0)) };
    }
    case 'group': {
      const parts = rng.chance(0.6) ? threeParts(rng, aspect) : quarters;
      return { parts, groups: parts.map((_, index) => index) };
    }
  }
}

/** Three in a row only where there is room for it. */
function threeParts(rng: Rng, aspect: number): readonly Part[] {
  return aspect > 1.3 || rng.chance(0.2) ? rowOfThree : rng.pick(threes);
}

function cellOf(region: Cell, [left, top, width, height]: Part): Cell {
  return {
    x: region.x + left * region.width,
    y: region.y + top * region.height,
    width: width * region.width,
    height: height * region.height,
  };
}
