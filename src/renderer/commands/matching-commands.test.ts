import { expect, it } from 'vitest';

import { createWords } from '../i18n/i18n.ts';
import { words as en } from '../i18n/en/words.ts';
import { commandById } from './commands.ts';
import { matchingCommands } from './matching-commands.ts';

const [english, chinese] = [createWords('en').t, createWords('zh').t];
const found = (text: string, words = english): string[] => matchingCommands(text, words).map(({ id }) => id);

it('finds commands by parts of their names, those that begin so first', () => {
  expect(found('mask')[0]).toMatch(/^(mask|tool-mask)/);
  expect(found('selection mask')).toContain('mask-from-selection');
  expect(found('')).toHaveLength(commandById.size);
  expect(found('no such thing')).toEqual([]);
});

it('finds them by what other programs call them, in the language of the window', () => {
  expect(found('outpaint')).toContain('tool-extend');
  expect(found('marquee')).toContain('tool-rect-select');
  expect(found('generative fill')).toContain('run');
  expect(found('preferences')[0]).toBe('open-settings');
  expect(found('扩图', chinese)).toContain('tool-extend');
  expect(found('局部重绘', chinese)).toContain('run');
  expect(found('首选项', chinese)).toEqual(['open-settings']);
});

it('knows other names of commands that there are only', () => {
  expect(Object.keys(en.commands.also).filter((id) => !commandById.has(id))).toEqual([]);
});
