/** How a picture mixes with what is below it: the modes of W3C Compositing and Blending Level 1, and `add`. */
export type BlendMode = keyof typeof separable | keyof typeof nonSeparable | 'normal' | 'add';

/** A part of an array of pixels: `offset` is its first pixel, `stride` the way from one row to the next, in pixels. */
export interface PixelWindow {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
}

export interface BlendOptions {
  readonly mode?: BlendMode;
  /** 0 to 1, multiplies the source's alpha. */
  readonly opacity?: number;
  /** One channel, multiplies the source's alpha; 255 leaves it. */
  readonly mask?: PixelWindow | undefined;
}

/**
 * Paints `source` over `target`, in place. Both are RGBA with straight alpha. Results are those of a canvas's
 * `globalCompositeOperation` but for rounding: a canvas keeps its colours multiplied by alpha, which loses bits.
 */
export function blendOver(
  target: PixelWindow,
  source: PixelWindow,
  { width, height }: { readonly width: number; readonly height: number },
  { mode = 'normal', opacity = 1, mask }: BlendOptions = {},
): void {
  const kernel = kernelOf(mode);
  for (let y = 0; y < height; y++) {
    const to = (target.offset + y * target.stride) * 4;
    const from = (source.offset + y * source.stride) * 4;
    const through = mask ? mask.offset + y * mask.stride : 0;
    kernel(target.data, to, source.data, from, width, opacity, mask?.data, through);
  }
}

/** One row: `to` and `from` index bytes, `through` the mask's first byte. */
type RowKernel = (
  target: Uint8Array,
  to: number,
  source: Uint8Array,
  from: number,
  width: number,
  opacity: number,
  mask: Uint8Array | undefined,
  through: number,
) => void;

function kernelOf(mode: BlendMode): RowKernel {
  if (mode === 'normal') return normalRow;
  if (mode === 'add') return addRow;
  if (mode in nonSeparable) {
    const blend = nonSeparable[mode as keyof typeof nonSeparable];
    return (target, to, source, from, width, opacity, mask, through) =>
      nonSeparableRow(blend, target, to, source, from, width, opacity, mask, through);
  }
  const table = tableOf(mode as keyof typeof separable);
  return (target, to, source, from, width, opacity, mask, through) =>
    separableRow(table, target, to, source, from, width, opacity, mask, through);
}

const normalRow: RowKernel = (target, to, source, from, width, opacity, mask, through) => {
  const scale = opacity / 255;
  for (let x = 0, t = to, s = from; x < width; x++, t += 4, s += 4) {
    const own = source[s + 3]!;
    if (own === 0) continue;
    let alpha = own * scale;
    if (mask) alpha *= mask[through + x]! / 255;
    const backdrop = target[t + 3]!;
    if (alpha >= 1 || backdrop === 0) {
      if (alpha === 0) continue;
      target[t] = source[s]!;
      target[t + 1] = source[s + 1]!;
      target[t + 2] = source[s + 2]!;
      target[t + 3] = alpha * 255 + 0.5;
      continue;
    }
    let mix = alpha;
    if (backdrop !== 255) {
      const result = alpha + (backdrop / 255) * (1 - alpha);
      target[t + 3] = result * 255 + 0.5;
      mix = alpha / result;
    }
    target[t] = target[t]! + (source[s]! - target[t]!) * mix + 0.5;
    target[t + 1] = target[t + 1]! + (source[s + 1]! - target[t + 1]!) * mix + 0.5;
    target[t + 2] = target[t + 2]! + (source[s + 2]! - target[t + 2]!) * mix + 0.5;
  }
};

/** Sets the alpha of source over backdrop and returns the source's share of the resulting colour. */
function weigh(target: Uint8Array, t: number, alpha: number, backdrop: number): number {
  if (backdrop === 255) return alpha;
  const result = alpha + (backdrop / 255) * (1 - alpha);
  target[t + 3] = result * 255 + 0.5;
  return alpha / result;
}

/** Premultiplied sums, cut off at 1: light on light. */
const addRow: RowKernel = (target, to, source, from, width, opacity, mask, through) => {
  const scale = opacity / 255;
  for (let x = 0, t = to, s = from; x < width; x++, t += 4, s += 4) {
    let alpha = source[s + 3]! * scale;
    if (mask) alpha *= mask[through + x]! / 255;
    if (alpha === 0) continue;
    const backdrop = target[t + 3]! / 255;
    const result = Math.min(1, alpha + backdrop);
    for (let c = 0; c < 3; c++) {
      target[t + c] = Math.min(255, (source[s + c]! * alpha + target[t + c]! * backdrop) / result) + 0.5;
    }
    target[t + 3] = result * 255 + 0.5;
  }
};

function separableRow(
  table: Uint8Array,
  target: Uint8Array,
  to: number,
  source: Uint8Array,
  from: number,
  width: number,
  opacity: number,
  mask: Uint8Array | undefined,
  through: number,
): void {
  const scale = opacity / 255;
  for (let x = 0, t = to, s = from; x < width; x++, t += 4, s += 4) {
    let alpha = source[s + 3]! * scale;
    if (mask) alpha *= mask[through + x]! / 255;
    if (alpha === 0) continue;
    const backdrop = target[t + 3]!;
    const mix = weigh(target, t, alpha, backdrop);
    // What is not over anything keeps its own colour.
    const share = backdrop / 255;
    for (let c = 0; c < 3; c++) {
      const below = target[t + c]!;
      const own = source[s + c]!;
      const mixed = own + (table[(below << 8) | own]! - own) * share;
      target[t + c] = backdrop === 0 ? own : below + (mixed - below) * mix + 0.5;
    }
    if (backdrop === 0) target[t + 3] = alpha * 255 + 0.5;
  }
}

function nonSeparableRow(
  blend: NonSeparable,
  target: Uint8Array,
  to: number,
  source: Uint8Array,
  from: number,
  width: number,
  opacity: number,
  mask: Uint8Array | undefined,
  through: number,
): void {
  const scale = opacity / 255;
  const blended: Triple = [0, 0, 0];
  const below: Triple = [0, 0, 0];
  const own: Triple = [0, 0, 0];
  for (let x = 0, t = to, s = from; x < width; x++, t += 4, s += 4) {
    let alpha = source[s + 3]! * scale;
    if (mask) alpha *= mask[through + x]! / 255;
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) {
      below[c] = target[t + c]!;
      own[c] = source[s + c]!;
    }
    const backdrop = target[t + 3]!;
    if (backdrop > 0) blend(below, own, blended);
    const mix = weigh(target, t, alpha, backdrop);
    const share = backdrop / 255;
    for (let c = 0; c < 3; c++) {
      const mixed = own[c]! + (blended[c]! - own[c]!) * share;
      target[t + c] = backdrop === 0 ? own[c]! : below[c]! + (mixed - below[c]!) * mix + 0.5;
    }
    if (backdrop === 0) target[t + 3] = alpha * 255 + 0.5;
  }
}

// Formulas of https://www.w3.org/TR/compositing-1/#blending; b is the backdrop's channel, s the source's, 0 to 1.

const hardLight = (b: number, s: number): number => (s <= 0.5 ? 2 * b * s : 1 - 2 * (1 - b) * (1 - s));

const separable = {
  darken: (b, s) => Math.min(b, s),
  multiply: (b, s) => b * s,
  'color-burn': (b, s) => (b === 1 ? 1 : s === 0 ? 0 : 1 - Math.min(1, (1 - b) / s)),
  lighten: (b, s) => Math.max(b, s),
  screen: (b, s) => b + s - b * s,
  'color-dodge': (b, s) => (b === 0 ? 0 : s === 1 ? 1 : Math.min(1, b / (1 - s))),
  overlay: (b, s) => hardLight(s, b),
  'soft-light': (b, s) => {
    if (s <= 0.5) return b - (1 - 2 * s) * b * (1 - b);
    const curve = b <= 0.25 ? ((16 * b - 12) * b + 4) * b : Math.sqrt(b);
    return b + (2 * s - 1) * (curve - b);
  },
  'hard-light': hardLight,
  difference: (b, s) => Math.abs(b - s),
  exclusion: (b, s) => b + s - 2 * b * s,
} as const satisfies Record<string, (b: number, s: number) => number>;

const tables = new Map<keyof typeof separable, Uint8Array>();

/** All 65,536 results of a mode, `table[backdrop · 256 + source]`: one look-up a channel, whatever the formula. */
function tableOf(mode: keyof typeof separable): Uint8Array {
  let table = tables.get(mode);
  if (!table) {
    table = new Uint8Array(65_536);
    for (let b = 0; b < 256; b++)
      for (let s = 0; s < 256; s++) table[(b << 8) | s] = separable[mode](b / 255, s / 255) * 255 + 0.5;
    tables.set(mode, table);
  }
  return table;
}

type Triple = [number, number, number];
/** Writes the blend of two colours, channels 0 to 255, into `result`. */
type NonSeparable = (below: Triple, own: Triple, result: Triple) => void;

const nonSeparable = {
  hue: (below, own, result) => {
    withSaturation(own, saturation(below), result);
    withLuminosity(result, luminosity(below), result);
  },
  saturation: (below, own, result) => {
    withSaturation(below, saturation(own), result);
    withLuminosity(result, luminosity(below), result);
  },
  color: (below, own, result) => withLuminosity(own, luminosity(below), result),
  luminosity: (below, own, result) => withLuminosity(below, luminosity(own), result),
} as const satisfies Record<string, NonSeparable>;

// Spelled out by index: spreading and destructuring take several times as long, and this runs for every pixel.

const luminosity = (c: Triple): number => 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2];
const least = (c: Triple): number => Math.min(c[0], c[1], c[2]);
const greatest = (c: Triple): number => Math.max(c[0], c[1], c[2]);
const saturation = (c: Triple): number => greatest(c) - least(c);

/** The colour spread out to the given saturation: its least channel 0, its greatest the saturation. */
function withSaturation(colour: Triple, value: number, result: Triple): void {
  const start = least(colour);
  const spread = greatest(colour) - start;
  const factor = spread === 0 ? 0 : value / spread;
  result[0] = (colour[0] - start) * factor;
  result[1] = (colour[1] - start) * factor;
  result[2] = (colour[2] - start) * factor;
}

/** The colour moved to the given luminosity, and drawn towards grey where a channel would leave the range. */
function withLuminosity(colour: Triple, value: number, result: Triple): void {
  const shift = value - luminosity(colour);
  result[0] = colour[0] + shift;
  result[1] = colour[1] + shift;
  result[2] = colour[2] + shift;
  const low = least(result);
  const high = greatest(result);
  if (low < 0) towardsGrey(result, value, value / (value - low));
  if (high > 255) towardsGrey(result, value, (255 - value) / (high - value));
}

function towardsGrey(colour: Triple, grey: number, share: number): void {
  colour[0] = grey + (colour[0] - grey) * share;
  colour[1] = grey + (colour[1] - grey) * share;
  colour[2] = grey + (colour[2] - grey) * share;
}
