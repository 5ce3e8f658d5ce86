import { assertNever } from '#base/assert';
import type { Rgb } from '../vocabulary/oklab.ts';
import type { BlitTarget } from './blit.ts';
import type { Background, LandscapeBackground, PatternBackground } from './scene.ts';

/** Fills the whole target; `size` is the number of pixels in one unit of length. */
export function drawBackground(target: BlitTarget, background: Background, size: number): void {
  switch (background.kind) {
    case 'plain':
      return fill(target, background.color.rgb);
    case 'gradient':
      return mixed(target, background.color.rgb, background.accent.rgb, gradientShare(target, background));
    case 'stripes':
    case 'dots':
    case 'checks':
      return mixed(target, background.color.rgb, background.accent.rgb, patternShare(background, size));
    case 'meadow':
    case 'beach':
    case 'night':
    case 'snow':
      return drawLandscape(target, background, size);
    default:
      return assertNever(background);
  }
}

/** How much of the accent a pixel (its centre) shows, 0..1. */
type Share = (x: number, y: number) => number;

function gradientShare(target: BlitTarget, { angle }: PatternBackground): Share {
  const dx = Math.cos(angle);
  const dy = Math.sin(angle);
  const extent = Math.abs(dx) * target.width + Math.abs(dy) * target.height;
  return (x, y) => ((x - target.width / 2) * dx + (y - target.height / 2) * dy) / extent + 0.5;
}

function patternShare({ kind, angle, period }: PatternBackground, size: number): Share {
  const length = period * size;
  const dx = Math.cos(angle);
  const dy = Math.sin(angle);
  if (kind === 'stripes') return (x, y) => soft(wave((x * dx + y * dy) / length) * length);
  if (kind === 'checks') {
    return (x, y) => {
      const across = soft(wave(x / length) * length);
      const down = soft(wave(y / length) * length);
      return across + down - 2 * across * down;
    };
  }
  // Dots in offset rows: the nearest of a hexagonal lattice.
  return (x, y) => {
    const row = Math.round(y / (length * 0.866));
    const shift = row % 2 === 0 ? 0 : length / 2;
    const column = Math.round((x - shift) / length);
    const distance = Math.hypot(x - column * length - shift, y - row * length * 0.866);
    return soft(length * 0.26 - distance);
  };
}

/** A triangle wave in −¼..¼ of period 1: the signed distance to the nearest edge between two equal halves. */
function wave(t: number): number {
  return 0.25 - Math.abs(t - Math.floor(t) - 0.5);
}

/** Coverage of a pixel at a signed distance (in pixels) inside an edge. */
function soft(distance: number): number {
  return Math.min(1, Math.max(0, distance + 0.5));
}

function fill({ data }: BlitTarget, [r, g, b]: Rgb): void {
  for (let at = 0; at < data.length; at += 3) {
    data[at] = r;
    data[at + 1] = g;
    data[at + 2] = b;
  }
}

function mixed({ width, height, data }: BlitTarget, from: Rgb, to: Rgb, share: Share): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const part = share(x + 0.5, y + 0.5);
      const at = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] = from[channel]! + (to[channel]! - from[channel]!) * part + 0.5;
      }
    }
  }
}

/** Sky from top to horizon, ground from horizon to bottom, and how high the horizon's hills rise (units of length). */
const landscapes: Readonly<
  Record<LandscapeBackground['kind'], { sky: readonly [Rgb, Rgb]; ground: readonly [Rgb, Rgb]; hills: number }>
> = {
  meadow: {
    sky: [
      [110, 190, 245],
      [214, 238, 252],
    ],
    ground: [
      [140, 205, 92],
      [86, 165, 66],
    ],
    hills: 0.06,
  },
  beach: {
    sky: [
      [126, 203, 244],
      [226, 244, 250],
    ],
    ground: [
      [62, 160, 214],
      [46, 134, 196],
    ],
    hills: 0,
  },
  night: {
    sky: [
      [16, 22, 58],
      [52, 58, 122],
    ],
    ground: [
      [26, 34, 64],
      [18, 24, 46],
    ],
    hills: 0.08,
  },
  snow: {
    sky: [
      [172, 205, 232],
      [232, 241, 248],
    ],
    ground: [
      [252, 253, 255],
      [224, 233, 243],
    ],
    hills: 0.07,
  },
};

function drawLandscape(target: BlitTarget, { kind, horizon, seed }: LandscapeBackground, size: number): void {
  const { sky, ground, hills } = landscapes[kind];
  const { width, height, data } = target;
  const phase = seed * 0.7;
  const level = (1 - horizon) * height;
  // The lower part of a beach is sand.
  const sand = kind === 'beach' ? level + (height - level) * 0.45 : Number.POSITIVE_INFINITY;
  for (let x = 0; x < width; x++) {
    const at = (x + 0.5) / size;
    const edge = level + hills * size * Math.sin(at * 4.1 + phase);
    const shore = sand + 0.012 * size * Math.sin(at * 9 + phase);
    for (let y = 0; y < height; y++) {
      const skyShare = Math.min(1, (y + 0.5) / level);
      const groundShare = Math.min(1, Math.max(0, (y + 0.5 - edge) / Math.max(1, height - edge)));
      const inGround = soft(y + 0.5 - edge);
      const inSand = sand === Number.POSITIVE_INFINITY ? 0 : soft(y + 0.5 - shore);
      for (let channel = 0; channel < 3; channel++) {
        const above = sky[0][channel]! + (sky[1][channel]! - sky[0][channel]!) * skyShare;
        const below = ground[0][channel]! + (ground[1][channel]! - ground[0][channel]!) * groundShare;
        const value = above + (below - above) * inGround;
        data[(y * width + x) * 3 + channel] = value + (sandColor[channel]! - value) * inSand + 0.5;
      }
    }
  }
  if (kind === 'night') drawStars(target, level, seed, size);
}

const sandColor: Rgb = [240, 214, 160];

/** A dozen soft dots above the horizon, placed by the seed along a low-discrepancy sequence. */
function drawStars({ width, height, data }: BlitTarget, level: number, seed: number, size: number): void {
  const radius = 0.011 * size;
  for (let star = 1; star <= 14; star++) {
    const centreX = ((star * 0.7548776662 + seed * 0.137) % 1) * width;
    const centreY = ((star * 0.5698402909 + seed * 0.271) % 1) * level * 0.9;
    for (let y = Math.max(0, Math.floor(centreY - 3)); y < Math.min(height, centreY + 3); y++) {
      for (let x = Math.max(0, Math.floor(centreX - 3)); x < Math.min(width, centreX + 3); x++) {
        const light = soft(radius - Math.hypot(x + 0.5 - centreX, y + 0.5 - centreY));
        const at = (y * width + x) * 3;
        for (let channel = 0; channel < 3; channel++) {
          data[at + channel] = data[at + channel]! + (245 - data[at + channel]!) * light;
        }
      }
    }
  }
}
