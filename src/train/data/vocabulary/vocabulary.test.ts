import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSprites } from '../sprites/sprite-cache.ts';
import { type SpriteLevel, type SpriteSheet, spriteOf } from '../sprites/sprite-sheet.ts';
import { colorIds, colorName, namedColors } from './colors.ts';
import { naturalColor } from './natural-colors.ts';
import { objects } from './objects.ts';
import { oklabFromRgb, rgbFromOklab } from './oklab.ts';
import { styleIds } from './styles.ts';

let sheet: SpriteSheet;
beforeAll(async () => {
  sheet = await openSprites(resolve('.cache/train'));
}, 120_000);

interface EmojiName {
  readonly emoji: string;
  readonly label: string;
  readonly tags?: readonly string[];
}

/** Names and tags by emoji, without variation selectors. */
function emojiNames(language: 'en' | 'zh'): ReadonlyMap<string, readonly string[]> {
  const require = createRequire(import.meta.url);
  const path =
    language === 'en' ? require.resolve('emojibase-data/en/data.json') : require.resolve('emojibase-data/zh/data.json');
  const entries = JSON.parse(readFileSync(path, 'utf8')) as EmojiName[];
  return new Map(
    entries.map(({ emoji, label, tags = [] }) => [
      emoji.replace('\uFE0F', ''),
      [label, ...tags].map((name) => name.toLowerCase()),
    ]),
  );
}

describe('the vocabulary', () => {
  it('has 120 different things, whose names nobody could confuse', () => {
    expect(objects).toHaveLength(120);
    expect(new Set(objects.map(({ emoji }) => emoji)).size).toBe(120);
    const english = objects.flatMap((entry) => [entry.english.one, ...entry.english.also]);
    const chinese = objects.flatMap((entry) => [entry.chinese.noun, ...entry.chinese.also]);
    expect(new Set(english).size).toBe(english.length);
    expect(new Set(chinese).size).toBe(chinese.length);
  });

  it('has every category from the first steps of learning on', () => {
    expect(new Set(objects.slice(0, 40).map(({ category }) => category)).size).toBe(6);
  });

  it('calls things by names that the Unicode annotations know, in both languages', () => {
    for (const [language, namesOf] of [
      ['en', ({ english }: (typeof objects)[number]) => [english.one, english.many, ...english.also]],
      ['zh', ({ chinese }: (typeof objects)[number]) => [chinese.noun, ...chinese.also]],
    ] as const) {
      const known = emojiNames(language);
      const unknown = objects.filter((entry) => {
        const annotations = known.get(entry.emoji.replace('\uFE0F', ''));
        return !namesOf(entry).some((name) =>
          annotations?.some(
            (annotation) => annotation.includes(name.toLowerCase()) || name.toLowerCase().includes(annotation),
          ),
        );
      });
      expect(unknown.map(({ id, chinese }) => `${id} ${chinese.noun}`)).toEqual([]);
    }
  });

  it('has a picture of everything in every style, cut to what is visible', () => {
    const loose: string[] = [];
    for (const { id } of objects) {
      for (const style of styleIds) {
        const [{ width, height, offset }] = spriteOf(sheet, id, style).levels as [SpriteLevel];
        const rowIsVisible = (y: number) =>
          sheet.bytes
            .subarray(offset + y * width * 4, offset + (y + 1) * width * 4)
            .some((value, at) => at % 4 === 3 && value > 8);
        const cut = (rowIsVisible(0) || rowIsVisible(1)) && (rowIsVisible(height - 1) || rowIsVisible(height - 2));
        if (!cut || Math.max(width, height) < 155) loose.push(`${id} in ${style}`);
      }
    }
    expect(loose).toEqual([]);
  });

  it('names natural colours that the pixels show', () => {
    const wrong: string[] = [];
    for (const { id } of objects) {
      for (const style of styleIds) {
        const name = naturalColor(id, style);
        if (!name) continue;
        const level = spriteOf(sheet, id, style).levels[3]!;
        const shares = colorShares(level.offset, level.width * level.height);
        if ((shares.get(name) ?? 0) < 0.2) wrong.push(`${id} in ${style} is ${name}? ${[...shares].join(' ')}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** Parts of the visible pixels, by the name of their colour. */
function colorShares(offset: number, count: number): Map<string, number> {
  const shares = new Map<string, number>();
  let visible = 0;
  for (let at = offset; at < offset + count * 4; at += 4) {
    const alpha = sheet.bytes[at + 3]!;
    if (alpha < 200) continue;
    visible++;
    const straight = [0, 1, 2].map((channel) => (sheet.bytes[at + channel]! * 255) / alpha) as [number, number, number];
    const name = colorName(oklabFromRgb(straight));
    shares.set(name, (shares.get(name) ?? 0) + 1);
  }
  return new Map(Array.from(shares, ([name, number]) => [name, number / visible]));
}

describe('colours', () => {
  it('are called by their own names', () => {
    // Light oranges and browns border on each other; people decide by context.
    const plain = namedColors.filter(({ shade }) => shade === 'plain');
    expect(plain.map(({ rgb }) => colorName(oklabFromRgb(rgb)))).toEqual(plain.map(({ color }) => color));
    expect(new Set(namedColors.map(({ color }) => color)).size).toBe(colorIds.length);
  });

  it('survive the way to OKLab and back', () => {
    for (const { rgb } of namedColors) expect(rgbFromOklab(oklabFromRgb(rgb))).toEqual(rgb);
  });
});
