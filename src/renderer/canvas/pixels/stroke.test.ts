import { describe, expect, it } from 'vitest';

import { identity, intersectRect, invert, scaling } from '#shared/document/geometry';
import { firstDifference, noiseBlock } from '#testing/surfaces';
import { defaultBrush, type Brush, type StrokeSample } from './brush.ts';
import type { Paint } from './paint.ts';
import { rectMask } from './polygon.ts';
import { Stroke, type StrokeOptions } from './stroke.ts';
import { contentBounds, differingTiles, emptySurface, readBlock, surfaceOf, type Surface } from './surface.ts';

const red: Paint = { kind: 'colour', colour: { red: 255, green: 0, blue: 0 } };
const hard: Brush = { ...defaultBrush, size: 20, hardness: 1, smoothing: 0, pressureSize: false };
const mouse = (...points: [number, number][]): StrokeSample[] => points.map(([x, y]) => ({ x, y, pressure: 1 }));

function draw(base: Surface, brush: Brush, samples: StrokeSample[], options: Partial<StrokeOptions> = {}): Surface {
  const stroke = new Stroke(base, { brush, paint: red, toDocument: identity, fromDocument: identity, ...options });
  stroke.add(samples);
  stroke.finish();
  return stroke.committed();
}

const pixel = (surface: Surface, x: number, y: number): number[] => [
  ...readBlock(surface, { x, y, width: 1, height: 1 }).data,
];
const alpha = (surface: Surface, x: number, y: number): number => pixel(surface, x, y).at(-1)!;
const covered = (surface: Surface): number => {
  const bounds = contentBounds(surface);
  const { data, channels } = readBlock(surface, bounds);
  return data.reduce((sum, byte, i) => (i % channels === channels - 1 ? sum + byte / 255 : sum), 0);
};

describe('a stroke', () => {
  it('prints a round dab of the right area', () => {
    for (const size of [1, 2, 5, 20, 150]) {
      const dab = draw(emptySurface(4), { ...hard, size }, mouse([300.2, 299.7]));
      const area = Math.PI * (size / 2) ** 2;
      expect(Math.abs(covered(dab) - area)).toBeLessThan(0.12 * area + 0.8);
    }
  });

  it('is even along its length, hard-edged and as wide as the brush', () => {
    const line = draw(emptySurface(4), hard, mouse([50, 100], [80, 100], [400, 100]));
    for (let x = 55; x < 395; x++) {
      expect(alpha(line, x, 91)).toBe(255);
      expect(alpha(line, x, 108)).toBe(255);
      expect(alpha(line, x, 88)).toBe(0);
      expect(alpha(line, x, 111)).toBe(0);
    }
    expect(contentBounds(line)).toMatchObject({ x: 40, width: 370 });
  });

  it('covers no more than its opacity where it crosses itself', () => {
    const cross = draw(emptySurface(4), { ...hard, opacity: 0.5 }, mouse([50, 50], [150, 150], [150, 50], [50, 150]));
    expect(alpha(cross, 100, 100)).toBe(128);
  });

  it('grows denser with a flow below 1, up to its opacity', () => {
    const brush = { ...hard, flow: 0.05, opacity: 0.8 };
    const once = draw(emptySurface(4), brush, mouse([50, 50], [200, 50]));
    const often = draw(emptySurface(4), brush, mouse([50, 50], [200, 50], [50, 50], [200, 50], [50, 50]));
    expect(alpha(often, 120, 50)).toBeGreaterThan(alpha(once, 120, 50) + 20);
    expect(alpha(often, 120, 50)).toBeLessThanOrEqual(204);
  });

  it('falls off softly without hardness', () => {
    const dab = draw(emptySurface(4), { ...hard, size: 100, hardness: 0 }, mouse([200, 200]));
    const profile = [0, 10, 20, 30, 40, 48].map((distance) => alpha(dab, 200 + distance, 200));
    expect(profile).toEqual([...profile].sort((one, other) => other - one));
    expect(profile[0]).toBeGreaterThan(250);
    expect(profile[5]).toBeLessThan(3);
  });

  it('looks the same in one piece and sample by sample', () => {
    const samples = mouse([20, 20], [60, 90], [130, 40], [300, 280], [310, 20]);
    const brush = { ...hard, smoothing: 0.6, hardness: 0.4 };
    const piecewise = new Stroke(emptySurface(4), { brush, paint: red, toDocument: identity, fromDocument: identity });
    for (const sample of samples) piecewise.add([sample]);
    piecewise.finish();
    const whole = draw(emptySurface(4), brush, samples);
    const bounds = contentBounds(whole);
    expect(firstDifference(readBlock(piecewise.committed(), bounds).data, readBlock(whole, bounds).data)).toBe(-1);
  });

  it('ends where the pointer was lifted, however much it is smoothed', () => {
    const line = draw(emptySurface(4), { ...hard, smoothing: 1 }, mouse([50, 50], [150, 50], [150, 150]));
    expect(alpha(line, 150, 149)).toBe(255);
    // The corner is rounded off on the way.
    expect(alpha(line, 156, 44)).toBe(0);
  });

  it('tells everything it changed, and nothing else changes', () => {
    const base = surfaceOf(noiseBlock(0, 0, 400, 400));
    const stroke = new Stroke(base, { brush: hard, paint: red, toDocument: identity, fromDocument: identity });
    const dirty = stroke.add(mouse([100, 100], [180, 120]));
    const block = readBlock(stroke.surface, { x: 0, y: 0, width: 400, height: 400 });
    const old = readBlock(base, block);
    const changed = Array.from({ length: 160_000 }, (_, i) => i).filter((i) => block.data[4 * i] !== old.data[4 * i]);
    const outside = changed.filter((i) => {
      const pixel = { x: i % 400, y: Math.floor(i / 400), width: 1, height: 1 };
      return intersectRect(pixel, dirty).width === 0;
    });
    expect(changed.length).toBeGreaterThan(1000);
    expect(outside).toEqual([]);
    expect(differingTiles(base, stroke.committed())).toEqual(['0,0']);
  });

  it('erases to nothing, and then keeps no tile', () => {
    const base = surfaceOf(noiseBlock(100, 100, 10, 10));
    const erased = draw(base, { ...hard, size: 60 }, mouse([105, 105]), { paint: { kind: 'erase' } });
    expect(erased.tiles.size).toBe(0);
    const half = draw(base, { ...hard, size: 60, opacity: 0.5 }, mouse([105, 105]), { paint: { kind: 'erase' } });
    expect(pixel(half, 104, 104).slice(0, 3)).toEqual(pixel(base, 104, 104).slice(0, 3));
    expect(alpha(half, 104, 104)).toBe(Math.floor(alpha(base, 104, 104) / 2 + 0.5));
  });

  it('paints a mask towards white and back towards black', () => {
    const white = draw(emptySurface(1), hard, mouse([50, 50]), { paint: { kind: 'mask', value: 255 } });
    expect(pixel(white, 50, 50)).toEqual([255]);
    const black = draw(white, { ...hard, opacity: 0.5 }, mouse([50, 50]), { paint: { kind: 'mask', value: 0 } });
    expect(pixel(black, 50, 50)).toEqual([128]);
  });

  it('keeps within a selection, softly at its soft edge', () => {
    const clip = {
      surface: rectMask({ x: 0, y: 0, width: 100, height: 400 }, { x: 0, y: 0, width: 400, height: 400 }),
      toClip: identity,
    };
    const clipped = draw(emptySurface(4), hard, mouse([50, 50], [150, 50]), { clip });
    expect(contentBounds(clipped)).toMatchObject({ x: 40, width: 60 });
  });

  it('keeps to what is there with its alpha locked', () => {
    const base = surfaceOf({ ...noiseBlock(100, 100, 10, 10), data: new Uint8Array(400).fill(128) });
    const locked = draw(base, { ...hard, size: 60 }, mouse([105, 105]), { paint: { ...red, keepAlpha: true } });
    expect(contentBounds(locked)).toEqual({ x: 100, y: 100, width: 10, height: 10 });
    expect(pixel(locked, 105, 105)).toEqual([255, 0, 0, 128]);
  });

  it('is round in the document on a stretched and moved layer', () => {
    const toDocument = { ...scaling(2, 0.5), e: 10, f: 20 };
    const fromDocument = invert(toDocument)!;
    const dab = draw(emptySurface(4), { ...hard, size: 80 }, mouse([210, 120]), { toDocument, fromDocument });
    // 80 document pixels are 40 of the layer's across and 160 down, around 100,200; half a pixel's edge is one below.
    expect(contentBounds(dab)).toEqual({ x: 80, y: 119, width: 40, height: 162 });
  });

  it('takes pen pressure for size and for opacity', () => {
    const pen = (pressure: number): StrokeSample[] => [{ x: 100, y: 100, pressure }];
    const thin = draw(emptySurface(4), { ...hard, pressureSize: true }, pen(0.2));
    expect(contentBounds(thin).width).toBeLessThan(8);
    const faint = draw(emptySurface(4), { ...hard, pressureOpacity: true }, pen(0.2));
    expect(contentBounds(faint).width).toBe(20);
    expect(alpha(faint, 100, 100)).toBe(51);
  });

  it('goes on across tiles that begin at negative positions', () => {
    const line = draw(emptySurface(4), hard, mouse([-300, -20], [20, -20]));
    expect([...line.tiles.keys()].sort()).toEqual(['-1,-1', '-2,-1', '0,-1']);
    expect(alpha(line, -256, -20)).toBe(255);
    expect(alpha(line, -257, -20)).toBe(255);
  });
});
