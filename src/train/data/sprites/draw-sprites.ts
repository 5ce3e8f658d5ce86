import { Resvg } from '@resvg/resvg-js';
import type { ColorId } from '../vocabulary/colors.ts';
import { objects } from '../vocabulary/objects.ts';
import { rgbFromOklab } from '../vocabulary/oklab.ts';
import { styleIds } from '../vocabulary/styles.ts';
import { type EmojiIcon, loadEmojiIcons } from './emoji-icons.ts';
import { letterStrokes, letterSvg, letterViewBox } from './letters.ts';
import { lumaOf, mainColorOf, paintMask } from './paint.ts';
import { type Sprite, type SpriteLevel, type SpriteSheet, largestSide, levelSides, spriteKey } from './sprite-sheet.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Wide enough to tell which colour covers most of a picture. */
const analysisSide = 57;

/** Draws every object in every style, and every letter: about two seconds. */
export async function drawSprites(): Promise<SpriteSheet> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const store = (bytes: Uint8Array): number => {
    chunks.push(bytes);
    size += bytes.length;
    return size - bytes.length;
  };

  const sprites = new Map<string, Sprite>();
  for (const style of styleIds) {
    const icons = await loadEmojiIcons(
      style,
      objects.map(({ emoji }) => emoji),
    );
    for (const [index, object] of objects.entries()) {
      sprites.set(spriteKey(object.id, style), drawIcon(icons[index]!, object.paints, store));
    }
  }
  const letters = new Map(
    Object.entries(letterStrokes).map(([character, strokes]) => [
      character,
      { levels: drawLevels(letterSvg(strokes), letterViewBox, store), mainLuma: 255 },
    ]),
  );

  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return { sprites, letters, bytes };
}

function drawIcon(icon: EmojiIcon, paints: ColorId | undefined, store: (bytes: Uint8Array) => number): Sprite {
  const whole = { x: 0, y: 0, width: icon.width, height: icon.height };
  const box = visibleBox(render(svgOf(icon, whole), largestSide), largestSide, whole);
  const main = mainColorOf(render(svgOf(icon, box), analysisSide), paints);
  const mask = paints ? (pixels: Uint8Array) => paintMask(pixels, main) : undefined;
  return {
    levels: drawLevels(svgOf(icon, box), box, store, mask),
    mainLuma: lumaOf(rgbFromOklab(main)),
  };
}

function drawLevels(
  svg: string,
  box: Box,
  store: (bytes: Uint8Array) => number,
  mask?: (pixels: Uint8Array) => Uint8Array,
): SpriteLevel[] {
  return levelSides.map((side) => {
    const width = Math.max(1, Math.round(side * Math.min(1, box.width / box.height)));
    const pixels = render(svg, width);
    const level = { width, height: pixels.length / 4 / width, offset: store(pixels) };
    return mask ? Object.assign(level, { paintOffset: store(mask(pixels)) }) : level;
  });
}

function svgOf({ body }: EmojiIcon, { x, y, width, height }: Box): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${x} ${y} ${width} ${height}">${body}</svg>`;
}

/** RGBA, premultiplied. */
function render(svg: string, width: number): Uint8Array {
  const options = { fitTo: { mode: 'width', value: width }, font: { loadSystemFonts: false } } as const;
  return new Uint8Array(new Resvg(svg, options).render().pixels);
}

/** The part of `whole` that has visible pixels, in its own units; `width` is the width of the picture in pixels. */
function visibleBox(pixels: Uint8Array, width: number, whole: Box): Box {
  const height = pixels.length / 4 / width;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[(y * width + x) * 4 + 3]! < 8) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  const unit = whole.width / width;
  return { x: left * unit, y: top * unit, width: (right - left) * unit, height: (bottom - top) * unit };
}
