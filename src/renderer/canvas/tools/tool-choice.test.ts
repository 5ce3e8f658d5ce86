import { describe, expect, it } from 'vitest';

import {
  chooseTool,
  currentTool,
  initialChoice,
  pressSpace,
  pressToolKey,
  releaseAll,
  releaseSpace,
  releaseToolKey,
} from './tool-choice.ts';

describe('the choice of tools', () => {
  it('lends the hand while Space is down', () => {
    const held = pressSpace(initialChoice);
    expect(currentTool(held)).toBe('hand');
    expect(currentTool(releaseSpace(held))).toBe('brush');
  });

  it('stays with a tool whose key was tapped, and returns from one whose key was held', () => {
    const down = pressToolKey(initialChoice, 'eraser', 'e', 1000);
    expect(currentTool(down)).toBe('eraser');
    expect(currentTool(releaseToolKey(down, 'e', 1100))).toBe('eraser');
    expect(currentTool(releaseToolKey(down, 'e', 1400))).toBe('brush');
  });

  it('takes no notice of key repeat, nor of other keys let go', () => {
    const down = pressToolKey(initialChoice, 'eraser', 'e', 1000);
    const repeated = pressToolKey(down, 'eraser', 'e', 1300);
    expect(currentTool(releaseToolKey(repeated, 'e', 1400))).toBe('brush');
    expect(releaseToolKey(down, 'x', 1400)).toBe(down);
  });

  it('lets go of everything when the window loses the keyboard', () => {
    const held = pressSpace(pressToolKey(chooseTool(initialChoice, 'lasso'), 'crop', 'c', 0));
    expect(currentTool(releaseAll(held))).toBe('lasso');
  });
});
