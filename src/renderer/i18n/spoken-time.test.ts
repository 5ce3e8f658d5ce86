import { expect, it } from 'vitest';

import type { Language } from './i18n.ts';
import { spokenTimeFor } from './spoken-time.ts';

const at = (year: number, month: number, day: number) => new Date(year, month - 1, day, 15, 7).getTime();
const now = at(2026, 11, 22);
/** Formats have spaces of several kinds in them. */
const told = (language: Language, reader: readonly string[], ms = now) =>
  spokenTimeFor(language, reader)(ms, now).replaceAll(/\s/gu, ' ');

it('the clock is that of the reader, the words are those of the window', () => {
  expect(told('en', ['en-GB', 'en'])).toBe('15:07');
  expect(told('en', ['en-US'])).toBe('3:07 PM');
  expect(told('en', ['de-DE', 'en'])).toBe('15:07');
  expect(told('zh', ['zh-CN'])).toBe('15:07');
  expect(told('zh', ['en-US'])).toBe('下午3:07');
});

it('another day is named, and another year', () => {
  expect(told('en', ['en-GB'], at(2026, 11, 21))).toBe('21 Nov, 15:07');
  expect(told('en', ['en-GB'], at(2025, 11, 22))).toBe('22 Nov 2025, 15:07');
  expect(told('zh', ['zh-CN'], at(2026, 11, 21))).toBe('11月21日 15:07');
});

it('languages that are none do not count', () => {
  expect(told('en', ['en-US@posix', 'en-GB'])).toBe('15:07');
  expect(told('en', ['C'])).toMatch(/:07/);
});
