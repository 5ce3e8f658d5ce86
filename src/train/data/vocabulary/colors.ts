import { type Oklab, type Rgb, chromaOf, hueOf } from './oklab.ts';

/** The eleven basic colour terms, which English and Chinese share. */
export const colorIds = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
  'black',
  'white',
  'grey',
] as const;
export type ColorId = (typeof colorIds)[number];
export type Shade = 'light' | 'plain' | 'dark';

/** A named colour as it was really used: the sample's small deviation from the table is already in `rgb`. */
export interface NamedColor {
  readonly color: ColorId;
  readonly shade: Shade;
  readonly rgb: Rgb;
}

/** Only shades that keep their name: a light red would be called pink, so there is none. */
const table: Readonly<Record<ColorId, Partial<Record<Shade, string>>>> = {
  red: { plain: 'e0322f', dark: '9c1c1f' },
  orange: { plain: 'f5882a', light: 'fcc48a' },
  yellow: { plain: 'fbd034', light: 'fdf0a8' },
  green: { plain: '43b04a', light: 'b8e6a6', dark: '1f6b35' },
  blue: { plain: '2f80e4', light: 'a9d6f5', dark: '1c3a78' },
  purple: { plain: '8b4fc9', light: 'd4bff2', dark: '4c2a7a' },
  pink: { plain: 'f583b0', light: 'fbd0de' },
  brown: { plain: '8c5a38', light: 'c9a27e', dark: '53331f' },
  black: { plain: '1d1d22' },
  white: { plain: 'fafafa' },
  grey: { plain: '8d939b', light: 'd3d6da', dark: '4d525a' },
};

/** Every named colour at its centre. */
export const namedColors: readonly NamedColor[] = colorIds.flatMap((color) =>
  (Object.entries(table[color]) as [Shade, string][]).map(([shade, hex]) => ({ color, shade, rgb: rgbFromHex(hex) })),
);

export function namedColor(color: ColorId, shade: Shade = 'plain'): NamedColor {
  const found = namedColors.find((candidate) => candidate.color === color && candidate.shade === shade);
  if (!found) throw new Error(`Invariant broken: there is no ${shade} ${color}`);
  return found;
}

/**
 * What a person would call this colour. By hue where there is one, since a shaded or tinted red is still red; the
 * borders (in OKLab hue degrees) are those of the basic colour terms.
 */
export function colorName(oklab: Oklab): ColorId {
  const [lightness] = oklab;
  const chroma = chromaOf(oklab);
  const hue = hueOf(oklab);
  if (chroma < 0.045) return lightness > 0.88 ? 'white' : lightness < 0.35 ? 'black' : 'grey';
  if (hue >= 25 && hue < 80 && lightness < 0.68 && chroma < 0.125) return 'brown';
  if (hue < 62 && lightness > 0.8 && chroma < 0.1) return 'pink';
  if (hue >= 340 || (hue < 45 && (lightness > 0.72 || (lightness > 0.63 && chroma < 0.19)))) return 'pink';
  if (hue < 45) return 'red';
  if (hue < 70) return 'orange';
  if (hue < 110) return 'yellow';
  if (hue < 190) return 'green';
  if (hue < 285) return 'blue';
  return 'purple';
}

function rgbFromHex(hex: string): Rgb {
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}
