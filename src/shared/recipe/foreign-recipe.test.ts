import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseA1111, parseInvokeAi } from './foreign-recipe.ts';

describe('a1111 parameters', () => {
  it('give the prompt over several lines, the negative prompt and the numbers', () => {
    const text = [
      'a lamp, Steps: not yet,',
      'warm light',
      'Negative prompt: blurry,',
      'low quality',
      'Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 4051847759, Size: 1024x768, Model: some, thing, ControlNet 0: "a: 1, \\"b\\": 2", ENSD: 31337',
    ].join('\r\n');
    expect(parseA1111(text)).toEqual({
      program: 'a1111',
      prompt: 'a lamp, Steps: not yet,\nwarm light',
      negativePrompt: 'blurry,\nlow quality',
      seed: 4_051_847_759,
      steps: 20,
      guidance: 7.5,
      width: 1024,
      height: 768,
      sampler: 'DPM++ 2M Karras',
      model: 'some',
    });
  });

  it('may lack a negative prompt and any number, and nonsense counts as lacking', () => {
    expect(parseA1111('cat\nSteps: 20, Seed: -1, CFG scale: lots, Size: 9x9')).toMatchObject({
      prompt: 'cat',
      negativePrompt: '',
      steps: 20,
      seed: undefined,
      guidance: undefined,
      width: undefined,
    });
  });

  it('are not seen in other texts', () => {
    for (const text of ['', 'a cat', '{"prompt": "Steps: 3"}', `${'x'.repeat(300_000)}\nSteps: 20`])
      expect(parseA1111(text)).toBeUndefined();
  });

  it('never take long or throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        parseA1111(`${text}\nSteps: 1, ${text}`);
        parseInvokeAi(text);
      }),
    );
    const started = performance.now();
    parseA1111(`Steps: 1, ${'a: "\\'.repeat(40_000)}`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('invokeai metadata', () => {
  it('gives words and numbers, with the model named the new way and the old', () => {
    const shared = {
      positive_prompt: 'a fox',
      negative_prompt: null,
      seed: 7,
      steps: 30,
      cfg_scale: 5,
      width: 512,
      height: 640,
    };
    const found = {
      program: 'invokeai',
      prompt: 'a fox',
      negativePrompt: '',
      seed: 7,
      steps: 30,
      guidance: 5,
      width: 512,
      height: 640,
      sampler: 'euler',
      model: 'flux',
    };
    for (const model of [{ name: 'flux', base: 'flux' }, { model_name: 'flux' }])
      expect(parseInvokeAi(JSON.stringify({ ...shared, scheduler: 'euler', model }))).toEqual(found);
  });

  it('keeps what it can when some of it is of another kind', () => {
    const text = JSON.stringify({
      positive_prompt: 'a fox',
      seed: null,
      steps: '30',
      cfg_scale: [5, 6],
      model: 'flux',
    });
    expect(parseInvokeAi(text)).toMatchObject({
      prompt: 'a fox',
      seed: undefined,
      steps: undefined,
      guidance: undefined,
    });
  });

  it('is not seen in other JSON, or in no JSON', () => {
    for (const text of ['', '{', '[]', '{"prompt": "a fox"}', 'null']) expect(parseInvokeAi(text)).toBeUndefined();
  });
});
