import type { StyleId } from '../vocabulary/styles.ts';
import type { LayoutId } from './arrange.ts';
import type { Background } from './scene.ts';

/** How hard the pictures are: plain data, so that a recipe can hold it and a later stage can widen it. */
export interface Curriculum {
  /** Only the first so many objects of the vocabulary. */
  readonly objects: number;
  /** Relative frequency of each style. */
  readonly styles: Readonly<Partial<Record<StyleId, number>>>;
  /** Relative frequency of each arrangement. */
  readonly layouts: Readonly<Partial<Record<LayoutId, number>>>;
  readonly backgrounds: Readonly<Partial<Record<Background['kind'], number>>>;
  /** How much of its cell a sprite's longer side takes. */
  readonly fill: readonly [low: number, high: number];
  /** 0: every sprite upright in the middle of its cell; 1: anywhere in it. */
  readonly looseness: number;
  /** Parts of the sprites that are turned (up to 25° either way), mirrored, painted. */
  readonly turned: number;
  readonly flipped: number;
  readonly painted: number;
  /** Part of the scenes that carry a label. */
  readonly labelled: number;
}

/** What is drawn where no style is asked for is to be drawn best. */
const styles = { noto: 4, twemoji: 1, fluent: 1 };

export type CurriculumId = 'close-up' | 'singles' | 'pairs' | 'tidy' | 'placed' | 'scenes' | 'known-scenes';

/** Everything, placed freely. */
const scenes: Curriculum = {
  objects: 120,
  styles,
  layouts: {
    single: 3,
    placed: 2,
    beside: 2,
    stacked: 2,
    overlapping: 0.7,
    count: 2,
    'count-and-one': 1,
    group: 1.3,
  },
  backgrounds: {
    plain: 6,
    gradient: 1,
    stripes: 0.7,
    dots: 0.7,
    checks: 0.6,
    meadow: 1,
    beach: 0.7,
    night: 0.7,
    snow: 0.7,
  },
  fill: [0.7, 0.9],
  looseness: 0.8,
  turned: 0.12,
  flipped: 0.15,
  painted: 0.35,
  labelled: 0.12,
};

/** Steps from easy to everything; a recipe may use others. */
export const curricula: Readonly<Record<CurriculumId, Curriculum>> = {
  /** One object, large, in the middle: what things look like. */
  'close-up': {
    objects: 60,
    styles,
    layouts: { single: 1 },
    backgrounds: { plain: 1 },
    fill: [0.8, 0.86],
    looseness: 0.2,
    turned: 0,
    flipped: 0,
    painted: 0.15,
    labelled: 0,
  },
  /** One object, large, on any ground and often painted: what goes with a thing. */
  singles: {
    objects: 60,
    styles,
    layouts: { single: 1 },
    backgrounds: {
      plain: 8,
      gradient: 1,
      stripes: 0.3,
      dots: 0.3,
      checks: 0.3,
      meadow: 1,
      beach: 0.5,
      night: 0.5,
      snow: 0.5,
    },
    fill: [0.78, 0.88],
    looseness: 0.3,
    turned: 0,
    flipped: 0,
    painted: 0.35,
    labelled: 0,
  },
  /** Mostly two, side by side on a calm ground: which word belongs to which place. */
  pairs: {
    objects: 60,
    styles: { noto: 10, twemoji: 0.5, fluent: 0.5 },
    layouts: { single: 2, placed: 0.7, beside: 6, stacked: 2.5, count: 0.8, 'count-and-one': 0.2, group: 0.4 },
    backgrounds: {
      plain: 12,
      gradient: 0.5,
      stripes: 0.2,
      dots: 0.2,
      checks: 0.2,
      meadow: 0.6,
      beach: 0.2,
      night: 0.2,
      snow: 0.2,
    },
    fill: [0.84, 0.88],
    looseness: 0.1,
    turned: 0,
    flipped: 0,
    painted: 0.35,
    labelled: 0.02,
  },
  /** Mostly two to four, each always as large and in the same few places: what a thing looks like beside others. */
  tidy: {
    objects: 60,
    styles,
    layouts: { single: 3, placed: 1.5, beside: 4, stacked: 2, count: 2, 'count-and-one': 0.5, group: 1.5 },
    backgrounds: {
      plain: 10,
      gradient: 0.7,
      stripes: 0.3,
      dots: 0.3,
      checks: 0.3,
      meadow: 0.7,
      beach: 0.3,
      night: 0.3,
      snow: 0.3,
    },
    fill: [0.84, 0.88],
    looseness: 0.1,
    turned: 0,
    flipped: 0,
    painted: 0.35,
    labelled: 0.03,
  },
  /** One to four objects, a little loosely: number, colour, position. */
  placed: {
    objects: 60,
    styles,
    layouts: { single: 6, placed: 2, beside: 3, stacked: 1.5, count: 1.5, 'count-and-one': 0.5, group: 0.5 },
    backgrounds: {
      plain: 7,
      gradient: 1,
      stripes: 0.5,
      dots: 0.5,
      checks: 0.5,
      meadow: 1,
      beach: 0.5,
      night: 0.5,
      snow: 0.5,
    },
    fill: [0.78, 0.88],
    looseness: 0.35,
    turned: 0,
    flipped: 0,
    painted: 0.35,
    labelled: 0.06,
  },
  scenes,
  /** The same, of what the easier ones show. */
  'known-scenes': { ...scenes, objects: 60 },
};
