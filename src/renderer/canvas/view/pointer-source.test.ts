import { describe, expect, it } from 'vitest';

import { wheelAction } from './pointer-source.ts';

const still = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false };

describe('the wheel', () => {
  it('zooms when it is a mouse’s, in pixels or in lines', () => {
    expect(wheelAction({ ...still, deltaY: 100 })).toEqual({ kind: 'zoom', deltaPx: 100 });
    expect(wheelAction({ ...still, deltaY: -3, deltaMode: 1 })).toEqual({ kind: 'zoom', deltaPx: -48 });
  });

  it('pans with two fingers on a touchpad, and sideways with Shift', () => {
    expect(wheelAction({ ...still, deltaX: 4, deltaY: 7.5 })).toEqual({ kind: 'pan', by: { x: -4, y: -7.5 } });
    expect(wheelAction({ ...still, deltaY: 3 })).toEqual({ kind: 'pan', by: { x: -0, y: -3 } });
    expect(wheelAction({ ...still, deltaY: 100, shiftKey: true })).toEqual({ kind: 'pan', by: { x: -100, y: 0 } });
  });

  it('zooms by a pinch, whose steps are small', () => {
    expect(wheelAction({ ...still, deltaY: 2.5, ctrlKey: true })).toEqual({ kind: 'zoom', deltaPx: 20 });
    expect(wheelAction({ ...still, deltaY: 120, metaKey: true })).toEqual({ kind: 'zoom', deltaPx: 120 });
  });
});
