import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { curricula } from './scene/curriculum.ts';
import { showSamples } from './show-samples.ts';
import { openSprites } from './sprites/sprite-cache.ts';
import type { SpriteSheet } from './sprites/sprite-sheet.ts';

let sheet: SpriteSheet;
beforeAll(async () => {
  sheet = await openSprites(resolve('.cache/train'));
}, 120_000);

describe('a sheet of samples', () => {
  const request = { count: 6, seed: 0, size: 32, curriculum: curricula.placed } as const;

  it('shows one picture a prompt, and three an edit', () => {
    const prompts = showSamples({ ...request, kind: 'generate' }, sheet);
    expect(prompts.texts).toHaveLength(6);
    // Two columns and three rows of 32 pixels, with gaps of 4.
    expect(prompts.picture).toMatchObject({ width: 2 * 36 + 4, height: 3 * 36 + 4 });
    const edits = showSamples({ ...request, kind: 'recolor' }, sheet);
    expect(edits.picture).toMatchObject({ width: 3 * 36 + 4, height: 6 * 36 + 4 });
    expect(new Set(edits.picture!.data).size).toBeGreaterThan(20);
  });

  it('has only words for kinds without pictures', () => {
    const { picture, texts } = showSamples({ ...request, kind: 'applying' }, sheet);
    expect(picture).toBeUndefined();
    expect(texts.every((text) => text.includes(' → '))).toBe(true);
  });
});
