import { beforeAll, describe, expect, it } from 'vitest';
import { byteLevelAlphabet } from '#model/ovis/text/byte-level';
import { type OvisTokenizer, loadTokenizer } from '#model/ovis/text/tokenizer';
import { generatePrompt } from '#model/ovis/text/prompts';
import { objects } from '../vocabulary/objects.ts';
import { corpus } from './corpus.ts';
import { type TrainedTokenizer, tokenizerFile, trainTokenizer } from './train-tokenizer.ts';

let trained: TrainedTokenizer;
let tokenizer: OvisTokenizer;
beforeAll(() => {
  trained = trainTokenizer(corpus(1, 400), { vocabularySize: 3072 });
  tokenizer = loadTokenizer({ 'tokenizer.json': tokenizerFile(trained) });
}, 120_000);

const tokensOf = (text: string) => tokenizer.encode(text).map((id) => tokenizer.decode([id]));

describe('a trained tokenizer', () => {
  it('is the same from the same texts', () => {
    const again = () => trainTokenizer(corpus(2, 5), { vocabularySize: 700 });
    expect(again()).toEqual(again());
  });

  it('has the layout of Qwen: bytes, merges, markers', () => {
    const { vocab, merges, addedTokens } = trained;
    const ids = [...Object.values(vocab), ...addedTokens.map(({ id }) => id)];
    expect(ids.toSorted((a, b) => a - b)).toEqual(ids.map((_, index) => index));
    expect(Object.keys(vocab)).toHaveLength(256 + merges.length);
    expect(vocab['!']).toBe(0);
    expect(ids.length).toBeLessThanOrEqual(3072);
    expect(addedTokens.map(({ content, special }) => [content, special])).toEqual([
      ['<|endoftext|>', true],
      ['<|im_start|>', true],
      ['<|im_end|>', true],
      ['<think>', false],
      ['</think>', false],
    ]);
    // Every merge joins two tokens that exist by then.
    const known = new Set(byteLevelAlphabet().keys());
    for (const [left, right] of merges) {
      expect([known.has(left), known.has(right)]).toEqual([true, true]);
      known.add(left + right);
    }
  });

  it('keeps words whole, in both languages', () => {
    expect(tokensOf('a red apple and a cat on a blue background')).toEqual([
      'a',
      ' red',
      ' apple',
      ' and',
      ' a',
      ' cat',
      ' on',
      ' a',
      ' blue',
      ' background',
    ]);
    expect(tokensOf('把左边的红色苹果换成一辆公交车')).toEqual([
      '把',
      '左边',
      '的',
      '红色',
      '苹果',
      '换成',
      '一',
      '辆',
      '公交车',
    ]);
    const split = objects.filter(({ english, chinese }) => {
      const words = english.one.split(/[ -]/).length;
      return tokenizer.encode(` ${english.one}`).length > words + 1 || tokenizer.encode(chinese.noun).length > 2;
    });
    expect(split.map(({ id }) => id)).toEqual([]);
  });

  it('gives back any text whatever, byte for byte', () => {
    for (const text of [
      '',
      ' ',
      'naïve café\n\n\t…',
      '你好，世界！龘',
      '🦊👩‍🚀',
      'a'.repeat(300),
      '\u0000\u0007',
      "it's 42 CATS",
    ]) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('makes short prompts', () => {
    const prompt = generatePrompt('a red apple and a cat on a blue background');
    const ids = prompt.flatMap((text) => tokenizer.encode(text));
    expect(ids.length).toBeLessThan(48);
    expect(ids[0]).toBe(trained.addedTokens.find(({ content }) => content === '<|im_start|>')!.id);
  });
});
