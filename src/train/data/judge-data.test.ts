import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type JudgeDataOptions, labelledCrop, labelledPicture, visibleBoxes } from './judge-data.ts';
import { curricula } from './scene/curriculum.ts';
import { type Scene, squareFrame } from './scene/scene.ts';
import { openSprites } from './sprites/sprite-cache.ts';
import type { SpriteSheet } from './sprites/sprite-sheet.ts';
import { namedColor } from './vocabulary/colors.ts';

let sheet: SpriteSheet;
let options: JudgeDataOptions;
beforeAll(async () => {
  sheet = await openSprites(resolve('.cache/train'));
  options = { seed: 1, curriculum: curricula.scenes, sheet, size: 48 };
}, 120_000);

describe("the judge's data", () => {
  it('boxes what is visible, tightly', () => {
    const sprite = (object: string, x: number, size: number) => ({
      object,
      x,
      y: 0.5,
      size,
      rotation: 0,
      flipped: false,
    });
    const scene: Scene = {
      frame: squareFrame,
      style: 'fluent',
      background: { kind: 'plain', color: namedColor('white') },
      // The first circle is all but covered by the square.
      sprites: [sprite('circle', 0.7, 0.3), sprite('square', 0.7, 0.4), sprite('heart', 0.25, 0.4)],
    };
    const boxes = visibleBoxes(scene, sheet, 100);
    expect(boxes.map(({ object, color }) => [object, color])).toEqual([
      ['square', 'blue'],
      ['heart', 'red'],
    ]);
    expect(boxes[0]).toMatchObject({ x: 50, y: 30, width: 40, height: 40 });
  });

  it('is reproducible, and names most of what it shows', () => {
    const crops = Array.from({ length: 300 }, (_, index) => labelledCrop(options, index));
    expect(labelledCrop(options, 17)).toEqual(crops[17]);
    expect(crops.every(({ picture }) => picture.width === 48 && picture.height === 48)).toBe(true);
    const empty = crops.filter(({ object }) => object === null).length;
    expect(empty).toBeGreaterThan(15);
    expect(empty).toBeLessThan(50);
    expect(new Set(crops.map(({ object }) => object)).size).toBeGreaterThan(90);
    expect(labelledPicture(options, 3)).toEqual(labelledPicture(options, 3));
  });

  it('spoils pictures, but not beyond recognition', () => {
    const clean = labelledCrop(options, 5).picture.data;
    const spoiled = labelledCrop({ ...options, damage: 1 }, 5).picture.data;
    const error = Math.sqrt(clean.reduce((sum, value, at) => sum + (value - spoiled[at]!) ** 2, 0) / clean.length);
    expect(error).toBeGreaterThan(2);
    expect(error).toBeLessThan(40);
  });
});
