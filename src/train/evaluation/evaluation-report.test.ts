import { describe, expect, it } from 'vitest';

import type { Raster } from '#raster/raster';

import { answers, type TestResult } from './evaluate.ts';
import { preservation, psnr } from './preservation.ts';
import { scoresOf, scoreTable } from './report.ts';

const grey = (value: number): Raster => ({ width: 4, height: 4, channels: 3, data: new Uint8Array(48).fill(value) });

function result(changes: Partial<TestResult>): TestResult {
  return {
    ability: 'generation',
    kind: 'colors',
    passed: true,
    isJudgeable: null,
    note: '',
    psnr: null,
    pictures: [],
    prompt: '',
    ...changes,
  };
}

describe('preservation', () => {
  it('measures only what an edit leaves alone', () => {
    const changed = { ...grey(100), data: grey(100).data.map((value, at) => (at < 24 ? 255 : value)) };
    const upperHalf: Raster = {
      width: 4,
      height: 4,
      channels: 1,
      data: Uint8Array.from({ length: 16 }, (_, pixel) => (pixel < 8 ? 255 : 0)),
    };
    expect(preservation(changed, grey(100), upperHalf)).toBe(Number.POSITIVE_INFINITY);
    expect(preservation(changed, grey(110), upperHalf)).toBeCloseTo(20 * Math.log10(255 / 10), 6);
    expect(psnr(changed, grey(100))).toBeLessThan(10);
  });

  it('says nothing where everything changes', () => {
    const all: Raster = { width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(255) };
    expect(preservation(grey(1), grey(2), all)).toBeNull();
  });
});

describe('answers', () => {
  it('are right when they say what cannot be missing', () => {
    const turn = { question: 'How many?', answer: 'There are three cats.', keywords: ['three'] };
    expect(answers(turn, ' Three of them. ')).toBe(true);
    expect(answers(turn, 'There are two cats.')).toBe(false);
  });

  it('must be the expected ones where nothing in particular is', () => {
    const turn = { question: 'Is it a cat?', answer: 'Yes.', keywords: [] };
    expect(answers(turn, 'yes.')).toBe(true);
    expect(answers(turn, 'No.')).toBe(false);
  });
});

describe('scores', () => {
  it('are shares of each kind and of the ability, with their bars', () => {
    const scores = scoresOf([
      result({ isJudgeable: true }),
      result({ passed: false, isJudgeable: false }),
      result({ kind: 'counting' }),
      result({ ability: 'vae', kind: 'reconstruction', passed: false, psnr: 28 }),
    ]);
    expect(scores.map(({ kind, tests, passed, bar }) => [kind, tests, passed, bar])).toEqual([
      ['colors', 2, 1, 0.85],
      ['counting', 1, 1, 0.6],
      ['all', 3, 2, null],
      ['reconstruction', 1, 0, 30],
    ]);
    expect(scores[0]!.interval[0]).toBeCloseTo(0.0945, 3);
    expect(scores[1]!.interval[1]).toBe(1);
    expect(scores[1]!.interval[0]).toBeCloseTo(0.2065, 3);
    const table = scoreTable(scores, 0.9);
    expect(table).toContain('| generation | colors | 2 | 0.50 (0.09–0.91) |  | 0.85 | 0.50 |');
    expect(table).toContain('| vae | reconstruction | 1 |  | 28.0 dB | 30 dB |  |');
    expect(table).toContain('reads 90.0 % without any error');
  });
});
