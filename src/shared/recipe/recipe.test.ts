import { describe, expect, it } from 'vitest';

import { buildRecipe } from '#testing/build-recipe';

import { digitalSourceType, parseRecipe } from './recipe.ts';

describe('a recipe', () => {
  it('survives being stored as JSON', () => {
    const recipe = buildRecipe({ prompt: '一盏黄铜灯 "warm" <light>' });
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it('of a newer studio is named as that, and a damaged one as damaged', () => {
    expect(() => parseRecipe({ ...buildRecipe(), version: 2 })).toThrow(
      expect.objectContaining({ code: 'version-too-new' }),
    );
    for (const damaged of [null, 'text', {}, { ...buildRecipe(), request: { kind: 'dance' } }])
      expect(() => parseRecipe(damaged)).toThrow(expect.objectContaining({ code: 'stored-value-invalid' }));
  });

  it('ignores what a later minor version may add', () => {
    expect(parseRecipe({ ...buildRecipe(), mood: 'sunny' })).toEqual(buildRecipe());
  });

  it('says in the words of the press whether anything in the picture was there before', () => {
    const { request } = buildRecipe();
    expect(digitalSourceType(request)).toBe('trainedAlgorithmicMedia');
    const image = { ...request, image: 'a'.repeat(64), kind: 'edit' } as unknown as typeof request;
    expect(digitalSourceType(image)).toBe('compositeWithTrainedAlgorithmicMedia');
  });
});
