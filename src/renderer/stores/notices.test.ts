import { expect, it, onTestFinished, vi } from 'vitest';

import { createNotices } from './notices.ts';

it('words go by themselves, but not while somebody is at them', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const notices = createNotices();
  const shown = () => notices.store.getState().toasts.map(({ text }) => text);
  notices.say('one');
  vi.advanceTimersByTime(5000);
  notices.say('two');
  notices.hold(true);
  notices.say('three');
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(['one', 'two', 'three']);
  notices.hold(false);
  vi.advanceTimersByTime(5000);
  expect(shown().length).toBe(3);
  vi.advanceTimersByTime(2000);
  expect(shown()).toEqual([]);
});

it('what is put away by hand holds the others no longer', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const notices = createNotices();
  notices.say('one');
  notices.say('two');
  notices.hold(true);
  notices.dismiss(notices.store.getState().toasts[0]!.id);
  vi.advanceTimersByTime(7000);
  expect(notices.store.getState().toasts).toEqual([]);
});
