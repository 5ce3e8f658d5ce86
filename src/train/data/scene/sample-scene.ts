import type { Rng } from '../random.ts';
import { type NamedColor, colorIds, namedColor, namedColors } from '../vocabulary/colors.ts';
import { labelWords } from '../vocabulary/label-words.ts';
import { type ObjectEntry, objects } from '../vocabulary/objects.ts';
import { oklabFromRgb, rgbFromOklab } from '../vocabulary/oklab.ts';
import type { StyleId } from '../vocabulary/styles.ts';
import { type Cell, type LayoutId, arrange } from './arrange.ts';
import type { Curriculum } from './curriculum.ts';
import { colorOf } from './facts.ts';
import {
  type Background,
  type Frame,
  type Label,
  type Look,
  type PatternBackground,
  type PlacedSprite,
  type Scene,
  letterAdvance,
  squareFrame,
} from './scene.ts';

/** What a caller may fix; the rest is drawn from the curriculum. */
export interface SceneWishes {
  readonly frame?: Frame;
  readonly style?: StyleId;
  readonly layout?: LayoutId;
  readonly background?: Background['kind'];
  readonly labelled?: boolean;
  /** The objects of the groups, in the layout's order; missing ones are drawn. */
  readonly objects?: readonly string[];
  /** Paints of the groups; null for an object's own colours. */
  readonly paints?: readonly (NamedColor | null)[];
}

/** Draws a scene. It may contain combinations that are held out; `planSample` draws again until it does not. */
export function sampleScene(rng: Rng, curriculum: Curriculum, wishes: SceneWishes = {}): Scene {
  const frame = wishes.frame ?? squareFrame;
  const style = wishes.style ?? rng.weighted(curriculum.styles);
  const strip = (wishes.labelled ?? rng.chance(curriculum.labelled)) ? sampleStrip(rng, frame) : undefined;
  const region = strip?.rest ?? { x: 0, y: 0, width: frame.width, height: frame.height };

  const { cells, groups } = arrange(rng, wishes.layout ?? rng.weighted(curriculum.layouts), region);
  const looks = sampleLooks(rng, curriculum, Math.max(...groups) + 1, wishes);
  const fill = rng.between(...curriculum.fill);
  const sprites = cells.map((cell, index) => placeInCell(rng, curriculum, looks[groups[index]!]!, cell, fill));
  // Letters are legible on calm grounds only.
  const kind = wishes.background ?? (strip ? 'plain' : rng.weighted(curriculum.backgrounds));
  const background = sampleBackground(rng, kind, { avoid: sprites.map((sprite) => colorOf(sprite, style)) });
  return { frame, style, background, sprites, ...(strip && { label: sampleLabel(rng, strip, background) }) };
}

function sampleLooks(rng: Rng, curriculum: Curriculum, count: number, wishes: SceneWishes): Look[] {
  const looks: Look[] = [];
  for (let index = 0; index < count; index++) {
    const taken = new Set([...looks.map(({ object }) => object), ...(wishes.objects ?? [])]);
    const object = wishes.objects?.[index] ?? rng.pick(freeObjects(curriculum, taken)).id;
    looks.push({ object, ...samplePaint(rng, curriculum, object, wishes.paints?.[index]) });
  }
  return looks;
}

function freeObjects(curriculum: Curriculum, taken: ReadonlySet<string>): ObjectEntry[] {
  return objects.slice(0, curriculum.objects).filter(({ id }) => !taken.has(id));
}

/** `wish`: a paint, null for none, undefined for either. */
function samplePaint(
  rng: Rng,
  curriculum: Curriculum,
  object: string,
  wish: NamedColor | null | undefined,
): { paint?: NamedColor } {
  if (wish !== undefined) return wish === null ? {} : { paint: wish };
  const paintable = objects.find(({ id }) => id === object)?.paints !== undefined;
  return paintable && rng.chance(curriculum.painted) ? { paint: samplePaintColor(rng) } : {};
}

export function samplePaintColor(rng: Rng, except: readonly (string | null | undefined)[] = []): NamedColor {
  return varied(rng, namedColor(rng.pick(colorIds.filter((color) => !except.includes(color)))), paintVariants);
}

/** A sprite of the given look somewhere in a cell, as loosely as the curriculum allows. */
export function placeInCell(rng: Rng, curriculum: Curriculum, look: Look, cell: Cell, fill: number): PlacedSprite {
  const size = fill * Math.min(cell.width, cell.height);
  const slackX = (cell.width - size) * curriculum.looseness;
  const slackY = (cell.height - size) * curriculum.looseness;
  return {
    ...look,
    x: cell.x + cell.width / 2 + slackX * rng.between(-0.5, 0.5),
    y: cell.y + cell.height / 2 + slackY * rng.between(-0.5, 0.5),
    size,
    rotation: rng.chance(curriculum.turned) ? rng.between(-0.44, 0.44) : 0,
    flipped: rng.chance(curriculum.flipped),
  };
}

/** A background of this kind whose colours are not those of what stands on it. */
export function sampleBackground(
  rng: Rng,
  kind: Background['kind'],
  { avoid }: { avoid: readonly (string | null | undefined)[] },
): Background {
  switch (kind) {
    case 'plain':
      return { kind, color: sampleGround(rng, avoid) };
    case 'gradient':
    case 'stripes':
    case 'dots':
    case 'checks':
      return samplePattern(rng, kind, avoid);
    case 'meadow':
    case 'beach':
    case 'night':
    case 'snow':
      return { kind, horizon: rng.between(0.3, 0.5), seed: rng.below(64) };
  }
}

function samplePattern(
  rng: Rng,
  kind: PatternBackground['kind'],
  avoid: readonly (string | null | undefined)[],
): PatternBackground {
  const color = sampleGround(rng, avoid);
  // White goes with every other colour; two colours are chosen so that they differ in name.
  const accent =
    color.color !== 'white' && rng.chance(0.6)
      ? varied(rng, namedColor('white'), backgroundVariants)
      : sampleGround(rng, [...avoid, color.color]);
  const angle = kind === 'gradient' ? rng.below(4) * (Math.PI / 2) : rng.below(4) * (Math.PI / 4);
  return { kind, color, accent, angle, period: rng.pick([0.16, 0.2, 0.26]) };
}

/** Light grounds are the most useful and the prettiest ones; brown, grey and black are rare. */
function sampleGround(rng: Rng, avoid: readonly (string | null | undefined)[]): NamedColor {
  const allowed = namedColors.filter(({ color }) => !avoid.includes(color));
  const weightOf = ({ color, shade }: NamedColor) => colorWeight[color] * shadeWeight[shade];
  const weights = Object.fromEntries(allowed.map((named, index) => [String(index), weightOf(named)]));
  return varied(rng, allowed[Number(rng.weighted(weights))]!, backgroundVariants);
}

const shadeWeight = { light: 2, plain: 1.2, dark: 0.5 } as const;
const colorWeight = {
  red: 1,
  orange: 1,
  yellow: 1,
  green: 1,
  blue: 1.4,
  purple: 1,
  pink: 1,
  brown: 0.35,
  black: 0.6,
  white: 3,
  grey: 0.6,
} as const satisfies Record<NamedColor['color'], number>;

/** How many shades of a named colour occur: few for paints, whose colour tables are kept. */
const paintVariants = 3;
const backgroundVariants = 64;

/** The colour a little lighter or darker, warmer or cooler: still by the same name. */
function varied(rng: Rng, named: NamedColor, variants: number): NamedColor {
  const [lightness, a, b] = oklabFromRgb(named.rgb);
  const step = rng.below(variants) / (variants - 1) - 0.5;
  const turn = (((rng.below(variants) / (variants - 1)) * 2 - 1) * 5 * Math.PI) / 180;
  const neutral = named.color === 'white' || named.color === 'black';
  const rgb = rgbFromOklab([
    lightness + step * (neutral ? 0.02 : 0.05),
    a * Math.cos(turn) - b * Math.sin(turn),
    a * Math.sin(turn) + b * Math.cos(turn),
  ]);
  return { ...named, rgb };
}

/** A strip for a label at the top or the bottom of the frame, and the rest. */
interface Strip {
  readonly label: Cell;
  readonly rest: Cell;
}

function sampleStrip(rng: Rng, { width, height }: Frame): Strip {
  const thickness = 0.24;
  const atTop = rng.chance(0.5);
  return {
    label: { x: 0, y: atTop ? 0 : height - thickness, width, height: thickness },
    rest: { x: 0, y: atTop ? thickness : 0, width, height: height - thickness },
  };
}

function sampleLabel(rng: Rng, { label: cell }: Strip, background: Background): Label {
  const text = sampleText(rng);
  return {
    text,
    color: labelColor(rng, background),
    x: cell.x + cell.width / 2,
    y: cell.y + cell.height / 2,
    height: Math.min(0.17, (0.92 * cell.width) / (text.length * letterAdvance)),
  };
}

/** A colour that stands out from the ground by its lightness. */
function labelColor(rng: Rng, background: Background): NamedColor {
  const ground =
    'color' in background ? oklabFromRgb(background.color.rgb)[0] : background.kind === 'night' ? 0.25 : 0.8;
  const legible = labelColors.filter((name) => Math.abs(oklabFromRgb(namedColor(name).rgb)[0] - ground) > 0.3);
  return namedColor(rng.pick(legible));
}

const labelColors = ['black', 'white', 'red', 'blue', 'green', 'purple', 'yellow'] as const;

export function sampleText(rng: Rng): string {
  switch (rng.weighted({ word: 6, number: 2, letters: 1 })) {
    case 'word':
      return rng.pick(labelWords);
    case 'number':
      return String(rng.below(rng.pick([10, 100, 1000, 3000])));
    case 'letters':
      return Array.from({ length: 1 + rng.below(4) }, () => String.fromCharCode(65 + rng.below(26))).join('');
  }
}
