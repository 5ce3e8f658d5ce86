import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  between,
  fitted,
  levelFor,
  refitted,
  settled,
  steppedZoom,
  toDocument,
  toScreen,
  wheelZoom,
  zoomAt,
  zoomLimits,
} from './viewport.ts';

const view = { width: 1200, height: 800 };
const zoom = fc.double({ min: zoomLimits.least, max: zoomLimits.most, noNaN: true });
const place = fc.integer({ min: -2000, max: 2000 });

describe('the viewport', () => {
  it('keeps the pixel under the pointer where it is while zooming', () => {
    fc.assert(
      fc.property(place, place, zoom, place, place, zoom, (x, y, from, px, py, to) => {
        const pointer = { x: px, y: py };
        const before = { x, y, zoom: from };
        const after = zoomAt(before, pointer, to);
        const at = toScreen(after, toDocument(before, pointer));
        expect(Math.abs(at.x - px) + Math.abs(at.y - py)).toBeLessThan(
          1e-6 * (1 + Math.abs(px) + Math.abs(x)) * (to / from + 1),
        );
      }),
    );
  });

  it('rests at round values until the wheel has turned past them', () => {
    let state = { intended: 0.9, zoom: 0.9 };
    const seen: number[] = [];
    for (let i = 0; i < 30; i++) {
      state = wheelZoom(state.intended, -10);
      seen.push(state.zoom);
    }
    expect(seen.filter((each) => each === 1).length).toBeGreaterThanOrEqual(3);
    expect(seen.at(-1)).toBeGreaterThan(1.1);
  });

  it('steps through all zooms and back', () => {
    const up: number[] = [];
    for (let at: number = zoomLimits.least; at < zoomLimits.most; at = steppedZoom(at, 'in')) up.push(at);
    const down: number[] = [];
    for (let at: number = zoomLimits.most; at > zoomLimits.least; at = steppedZoom(at, 'out')) down.push(at);
    expect(up.slice(1)).toEqual(down.slice(1).reverse());
    expect(up).toContain(1);
    expect(steppedZoom(0.9, 'in')).toBe(1);
  });

  it('keeps the size of what was fitted in while it has room, and fits it again where it has not', () => {
    const rect = { x: 0, y: 0, width: 1000, height: 1000 };
    const fit = fitted(rect, view);
    const lower = { ...view, height: view.height - 70 };
    const kept = refitted(fit, rect, lower);
    expect(kept.zoom).toBe(fit.zoom);
    expect(toScreen(kept, { x: 500, y: 500 })).toEqual({ x: lower.width / 2, y: lower.height / 2 });
    expect(refitted(kept, rect, view)).toEqual(fit);
    const low = { ...view, height: 400 };
    expect(refitted(fit, rect, low)).toEqual(fitted(rect, low));
  });

  it('fits a document in the middle, small ones as large as large ones', () => {
    const fit = (width: number, height: number) => fitted({ x: 0, y: 0, width, height }, view);
    const large = fit(4096, 1024);
    expect(toScreen(large, { x: 2048, y: 512 })).toEqual({ x: 600, y: 400 });
    expect(4096 * large.zoom).toBeLessThanOrEqual(1200 - 96 + 1e-9);
    expect(500 * fit(600, 500).zoom).toBeCloseTo(800 - 96);
    expect(fit(128, 128)).toEqual({ x: 248, y: 48, zoom: 5.5 });
    expect(fit(4, 4).zoom).toBe(zoomLimits.most);
  });

  it('never loses the document, and puts its pixels on those of the screen', () => {
    fc.assert(
      fc.property(place, place, zoom, fc.constantFrom(1, 1.5, 2), (x, y, zoom, ratio) => {
        const document = { width: 640, height: 480 };
        const { x: left, y: top } = settled({ x: x * 10, y: y * 10, zoom }, document, view, ratio);
        expect(Math.abs(left * ratio - Math.round(left * ratio))).toBeLessThan(1e-6);
        const least = Math.min(64, document.width * zoom) - 1;
        expect(left + document.width * zoom).toBeGreaterThanOrEqual(least);
        expect(view.width - left).toBeGreaterThanOrEqual(least);
        expect(view.height - top).toBeGreaterThanOrEqual(Math.min(64, document.height * zoom) - 1);
      }),
    );
  });

  it('goes from one place to another with what both show staying in view', () => {
    const from = { x: 100, y: 50, zoom: 0.5 };
    const to = zoomAt(from, { x: 300, y: 300 }, 4);
    const fixed = toDocument(from, { x: 300, y: 300 });
    const middle = toScreen(between(from, to, 0.5), fixed);
    expect(middle.x).toBeCloseTo(300);
    expect(middle.y).toBeCloseTo(300);
  });

  it('takes the level that has just enough pixels', () => {
    expect([4, 1, 0.75, 0.5, 0.49, 0.25, 0.1].map((each) => levelFor(each, 1))).toEqual([0, 0, 0, 1, 1, 2, 3]);
    expect(levelFor(0.5, 2)).toBe(0);
  });
});
