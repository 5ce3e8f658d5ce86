import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../random.ts';
import { openSprites } from '../sprites/sprite-cache.ts';
import type { SpriteSheet } from '../sprites/sprite-sheet.ts';
import { namedColor } from '../vocabulary/colors.ts';
import { curricula } from './curriculum.ts';
import { renderDepth, renderMasks, renderScene } from './render-scene.ts';
import { sampleScene } from './sample-scene.ts';
import { type PlacedSprite, type Scene, squareFrame } from './scene.ts';

let sheet: SpriteSheet;
beforeAll(async () => {
  sheet = await openSprites(resolve('.cache/train'));
}, 120_000);

const placed = (object: string, x: number, y: number, more: Partial<PlacedSprite> = {}): PlacedSprite => ({
  object,
  x,
  y,
  size: 0.4,
  rotation: 0,
  flipped: false,
  ...more,
});

const onWhite = (...sprites: PlacedSprite[]): Scene => ({
  frame: squareFrame,
  style: 'noto',
  background: { kind: 'plain', color: namedColor('white') },
  sprites,
});

const pixel = ({ width, data }: { width: number; data: Uint8Array }, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('drawing a scene', () => {
  it('changes nothing outside of what was added', () => {
    const strayed = Array.from({ length: 40 }, (_, index) => {
      const scene = sampleScene(createRng(1, index), curricula.scenes);
      const last = scene.sprites.length - 1;
      const full = renderScene(scene, sheet, 96);
      const without = renderScene({ ...scene, sprites: scene.sprites.slice(0, last) }, sheet, 96);
      const mask = renderMasks(scene, sheet, 96)[last]!;
      expect(Buffer.compare(full.data, without.data)).not.toBe(0);
      return mask.data.filter((covered, at) => {
        const same = [0, 1, 2].every((channel) => full.data[at * 3 + channel] === without.data[at * 3 + channel]);
        return covered === 0 && !same;
      }).length;
    });
    expect(strayed).toEqual(strayed.map(() => 0));
  });

  it('puts sprites where they belong, at any resolution', () => {
    const scene = onWhite(placed('circle', 0.25, 0.25, { paint: namedColor('blue') }), placed('square', 0.75, 0.75));
    for (const size of [64, 128, 256]) {
      const picture = renderScene(scene, sheet, size);
      const [red, , blue] = pixel(picture, size / 4, size / 4);
      expect(blue! - red!).toBeGreaterThan(80);
      expect(pixel(picture, (size * 3) / 4, size / 4)).toEqual([250, 250, 250]);
      expect(pixel(picture, (size * 3) / 4, (size * 3) / 4)).not.toEqual([250, 250, 250]);
    }
  });

  it('is about the same picture at every size', () => {
    const scene = sampleScene(createRng(2), curricula.placed);
    const mean = (size: number) =>
      renderScene(scene, sheet, size).data.reduce((sum, value) => sum + value, 0) / (size * size * 3);
    expect(mean(64)).toBeCloseTo(mean(192), -1);
  });

  it('paints: red for red, keeps the rest, and leaves unpainted ones alone', () => {
    const own = renderScene(onWhite(placed('apple', 0.5, 0.5, { size: 0.9 })), sheet, 64);
    const blue = renderScene(onWhite(placed('apple', 0.5, 0.5, { size: 0.9, paint: namedColor('blue') })), sheet, 64);
    const count = (picture: typeof own, is: (r: number, g: number, b: number) => boolean) => {
      let found = 0;
      for (let at = 0; at < picture.data.length; at += 3) {
        if (is(picture.data[at]!, picture.data[at + 1]!, picture.data[at + 2]!)) found++;
      }
      return found;
    };
    const isRed = (r: number, g: number, b: number) => r > g + 60 && r > b + 60;
    const isBlue = (r: number, g: number, b: number) => b > r + 60 && b > g;
    const isGreen = (r: number, g: number, b: number) => g > r + 20 && g > b + 20;
    expect(count(own, isRed)).toBeGreaterThan(800);
    expect(count(own, isBlue)).toBe(0);
    expect(count(blue, isBlue)).toBeGreaterThan(800);
    expect(count(blue, isRed)).toBeLessThan(20);
    expect(count(blue, isGreen)).toBeGreaterThan(20);
  });

  it('turns clockwise and mirrors', () => {
    const key = (more: Partial<PlacedSprite>) =>
      renderScene(onWhite(placed('key', 0.5, 0.5, { size: 0.9, ...more })), sheet, 64);
    const plain = key({});
    const flipped = key({ flipped: true });
    const half = key({ rotation: Math.PI });
    for (const [x, y] of [
      [20, 40],
      [40, 12],
      [31, 31],
    ] as const) {
      expect(pixel(flipped, 63 - x, y)).toEqual(pixel(plain, x, y));
      // A half turn takes every point to the opposite one; two roundings apart.
      for (const [channel, value] of pixel(half, 63 - x, 63 - y).entries()) {
        expect(Math.abs(value - pixel(plain, x, y)[channel]!)).toBeLessThanOrEqual(2);
      }
    }
  });

  it('gives each sprite the mask of what is seen of it, and the nearer the lighter in depth', () => {
    const scene = onWhite(placed('circle', 0.45, 0.5), placed('circle', 0.6, 0.5));
    const [behind, front] = renderMasks(scene, sheet, 100);
    const at = (x: number) => 50 * 100 + x;
    expect(front!.data[at(60)]).toBe(255);
    expect(behind!.data[at(60)]).toBe(0);
    expect(behind!.data[at(30)]).toBe(255);
    const depth = renderDepth(scene, sheet, 100);
    expect(depth.data[at(60)]).toBe(255);
    expect(depth.data[at(30)]).toBe(110);
    expect(depth.data[at(95)]).toBe(0);
  });

  it('writes labels', () => {
    const scene = { ...onWhite(), label: { text: 'HI', color: namedColor('black'), x: 0.5, y: 0.5, height: 0.4 } };
    const dark = renderScene(scene, sheet, 64).data.filter((value) => value < 60).length / 3;
    expect(dark).toBeGreaterThan(60);
    expect(dark).toBeLessThan(400);
  });

  it('draws frames that are not square', () => {
    const scene = sampleScene(createRng(4), curricula.placed, { frame: { width: 1.5, height: 1 } });
    expect(renderScene(scene, sheet, 64)).toMatchObject({ width: 96, height: 64, channels: 3 });
  });
});
