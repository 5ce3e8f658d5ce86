import { expect, it } from 'vitest';

import type { StepLabel } from '#shared/document/step-label';
import { buildNode, buildRequest } from '#testing/library-builders';
import { createWords, type Language } from './i18n.ts';
import { stepWords } from './step-words.ts';

it('tells a step in the language of whoever reads it, and leaves alone what somebody wrote', () => {
  const told = (language: Language) => {
    const words = createWords(language).t;
    const of = (label: StepLabel, more: object = {}): string =>
      stepWords(buildNode('n', null, { label, ...more }), words);
    return [
      of({ what: 'brush' }),
      of({ what: 'hide-layers', name: 'sky {{more}} $t(history:title) <b>' }),
      of({ what: 'delete-layers', name: '', more: 2 }),
      of({ what: 'made' }, { recipe: buildRequest('a lamp') }),
      of({ what: 'made' }, { recipe: buildRequest('') }),
      of({ what: 'written', text: 'Brush, 3 strokes' }),
      of({ what: 'brush' }, { name: 'the blue one' }),
    ];
  };
  expect(told('en')).toEqual([
    'Brush',
    'Hide sky {{more}} $t(history:title) <b>',
    'Delete Layer and 2 more',
    'Create: a lamp · seed 42',
    'Create · seed 42',
    'Brush, 3 strokes',
    'the blue one',
  ]);
  expect(told('zh')).toEqual([
    '画笔',
    '隐藏“sky {{more}} $t(history:title) <b>”',
    '删除“图层”等 3 个图层',
    '创建：a lamp · 种子 42',
    '创建 · 种子 42',
    'Brush, 3 strokes',
    'the blue one',
  ]);
});
