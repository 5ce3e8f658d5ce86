import { linearOfByte } from '#raster/srgb';

/**
 * OKLab (Björn Ottosson, 2020): a colour space in which distances match what the eye sees. L is in 0..1, a and b are
 * roughly in −0.4..0.4. sRGB channels are 0..255.
 */
export type Oklab = readonly [L: number, a: number, b: number];
export type Rgb = readonly [r: number, g: number, b: number];

/** Of channels that are rounded to whole numbers first. */
export function oklabFromRgb([red, green, blue]: Rgb): Oklab {
  const r = linearOfByte[Math.round(red)]!;
  const g = linearOfByte[Math.round(green)]!;
  const b = linearOfByte[Math.round(blue)]!;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The nearest displayable colour of this lightness and hue: chroma is reduced until the channels are within range. */
export function rgbFromOklab([L, a, b]: Oklab): Rgb {
  for (let chroma = 1; chroma > 0; chroma -= 0.05) {
    const rgb = unclampedRgb([L, a * chroma, b * chroma]);
    if (rgb.every((channel) => channel > -0.5 && channel < 255.5)) return clamped(rgb);
  }
  return clamped(unclampedRgb([L, 0, 0]));
}

/** Hue in degrees, 0..360. */
export function hueOf([, a, b]: Oklab): number {
  return ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
}

export function chromaOf([, a, b]: Oklab): number {
  return Math.hypot(a, b);
}

/** The smaller angle between two hues, in degrees. */
export function hueDistance(first: number, second: number): number {
  const distance = Math.abs(first - second) % 360;
  return Math.min(distance, 360 - distance);
}

function unclampedRgb([L, a, b]: Oklab): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function clamped(rgb: Rgb): Rgb {
  return rgb.map((channel) => Math.round(Math.min(255, Math.max(0, channel)))) as unknown as Rgb;
}

function encoded(value: number): number {
  return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
}
