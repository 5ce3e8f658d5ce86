import { expect, it, onTestFinished, vi } from 'vitest';

import { zDocumentId, type DocumentId } from '#shared/document/ids';

import { createNotices, toastsOver } from './notices.ts';

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

it('the same words are said once, however often; what can be taken back, each time', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const notices = createNotices();
  const shown = () => notices.store.getState().toasts.map(({ text }) => text);
  notices.say('nothing to undo');
  notices.say('copied');
  vi.advanceTimersByTime(5000);
  notices.say('nothing to undo');
  expect(shown()).toEqual(['copied', 'nothing to undo']);
  vi.advanceTimersByTime(5000);
  expect(shown()).toEqual(['nothing to undo']);
  const undo = { label: 'Undo', run: () => {} };
  notices.say('put away', undo);
  notices.say('put away', undo);
  expect(shown()).toEqual(['nothing to undo', 'put away', 'put away']);
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

it('what has gone already is taken away without letting go of the others', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const notices = createNotices();
  const gone = notices.say('one');
  notices.dismiss(gone);
  notices.say('two');
  notices.hold(true);
  notices.dismiss(gone);
  vi.advanceTimersByTime(7000);
  expect(notices.store.getState().toasts.map(({ text }) => text)).toEqual(['two']);
});

it('a way back is offered over the document that it changes, and over no other', () => {
  const notices = createNotices();
  const [fox, house] = [zDocumentId.parse('fox'), zDocumentId.parse('house')];
  notices.say('for all');
  notices.say('of the fox', { label: 'Undo', run: () => {}, document: fox });
  const over = (document: DocumentId | null) =>
    toastsOver(notices.store.getState().toasts, document).map(({ text }) => text);
  expect(over(fox)).toEqual(['for all', 'of the fox']);
  expect(over(house)).toEqual(['for all']);
  expect(over(null)).toEqual(['for all']);
});
