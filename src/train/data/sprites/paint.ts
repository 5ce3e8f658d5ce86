import { type ColorId, namedColor } from '../vocabulary/colors.ts';
import { type Oklab, type Rgb, chromaOf, hueDistance, hueOf, oklabFromRgb, rgbFromOklab } from '../vocabulary/oklab.ts';

/** Below this chroma a colour counts as black, white or grey. */
const neutralChroma = 0.045;

/**
 * Finds the dominant colour of RGBA pixels (premultiplied): the fullest of 24 hue bins (or the neutral one), refined to
 * the mean of everything that `paintWeight` would recolour with it. With `about`, parts near that colour come first,
 * unless there are hardly any.
 */
export function mainColorOf(pixels: Uint8Array, about?: ColorId): Oklab {
  const visible: Oklab[] = [];
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3]! > 200) visible.push(oklabFromRgb(straightRgb(pixels, at)));
  }
  const binOf = (color: Oklab) => (chromaOf(color) < neutralChroma ? 24 : Math.floor(hueOf(color) / 15) % 24);
  const bins = Array.from({ length: 25 }, () => [] as Oklab[]);
  const near = about ? visible.filter((color) => isNear(color, about)) : [];
  for (const color of near.length > 0.2 * visible.length ? near : visible) bins[binOf(color)]!.push(color);
  let oklab = meanOf(bins.reduce((best, bin) => (bin.length > best.length ? bin : best)));
  for (let round = 0; round < 3; round++) {
    oklab = meanOf(visible.filter((color) => paintWeight(color, oklab) > 0.5));
  }
  return oklab;
}

/** Whether a colour could be a part of something of this named colour: hue within 40°, or both neutral. */
function isNear(color: Oklab, name: ColorId): boolean {
  const wanted = oklabFromRgb(namedColor(name).rgb);
  if (chromaOf(wanted) < neutralChroma) return chromaOf(color) < neutralChroma;
  return chromaOf(color) >= neutralChroma && hueDistance(hueOf(color), hueOf(wanted)) < 40;
}

/** How much of a pixel of this colour belongs to the main colour, 0..1: its hue counts, its lightness hardly. */
function paintWeight(color: Oklab, main: Oklab): number {
  if (chromaOf(main) < neutralChroma) {
    return fall(chromaOf(color), neutralChroma, 0.08) * fall(Math.abs(color[0] - main[0]), 0.25, 0.4);
  }
  return fall(hueDistance(hueOf(color), hueOf(main)), 32, 46) * (1 - fall(chromaOf(color), 0.02, neutralChroma));
}

/** One byte a pixel: how much of it takes a paint's colour. */
export function paintMask(pixels: Uint8Array, main: Oklab): Uint8Array {
  const mask = new Uint8Array(pixels.length / 4);
  // Sprites are flat: a few hundred colours make most of their pixels.
  const known = new Map<number, number>();
  for (let index = 0; index < mask.length; index++) {
    if (pixels[index * 4 + 3] === 0) continue;
    const rgb = straightRgb(pixels, index * 4);
    const key = (rgb[0] << 16) | (rgb[1] << 8) | rgb[2];
    let weight = known.get(key);
    if (weight === undefined) known.set(key, (weight = Math.round(255 * paintWeight(oklabFromRgb(rgb), main))));
    mask[index] = weight;
  }
  return mask;
}

/**
 * What each luma (0..255) of a sprite becomes in another colour: 256 RGB triples. The main colour's own luma becomes
 * the paint itself; lights and shades keep their distance from it, as far as there is room.
 */
export function paintRamp(paint: Rgb, mainLuma: number): Uint8Array {
  const target = oklabFromRgb(paint);
  const lightnessOf = (luma: number) => oklabFromRgb([luma, luma, luma])[0];
  const mainLightness = lightnessOf(mainLuma);
  const ramp = new Uint8Array(256 * 3);
  for (let luma = 0; luma < 256; luma++) {
    const difference = lightnessOf(luma) - mainLightness;
    // A light paint has little room above it and a dark one little below, so both keep half of their shading there.
    const room = difference > 0 ? 1 - target[0] : target[0];
    const lightness = target[0] + room * Math.tanh((0.85 * difference) / Math.max(room, 0.05));
    ramp.set(rgbFromOklab([lightness, target[1], target[2]]), luma * 3);
  }
  return ramp;
}

/** Rec. 709 luma, 0..255. */
export function lumaOf([r, g, b]: Rgb): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function straightRgb(pixels: Uint8Array, at: number): Rgb {
  const scale = 255 / pixels[at + 3]!;
  return [Math.round(pixels[at]! * scale), Math.round(pixels[at + 1]! * scale), Math.round(pixels[at + 2]! * scale)];
}

function meanOf(colors: readonly Oklab[]): Oklab {
  const sum = [0, 0, 0];
  for (const color of colors) for (let axis = 0; axis < 3; axis++) sum[axis]! += color[axis]!;
  return sum.map((value) => value / Math.max(colors.length, 1)) as unknown as Oklab;
}

/** 1 up to `from`, 0 beyond `to`, smooth between. */
function fall(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return 1 - t * t * (3 - 2 * t);
}
