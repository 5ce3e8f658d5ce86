import { expect, it } from 'vitest';

import { AppError } from '#base/app-error';
import { createNotices } from '../stores/notices.ts';
import { openFirst } from './open-first.ts';
import type { Studio } from './studio.ts';

it('opens an empty document, and says what went wrong, where the tabs of last time cannot be had', async () => {
  const away = new AppError('network-unreachable', 'The studio does not answer.');
  for (const failing of ['settings', 'tabs'] as const) {
    const notices = createNotices();
    let created = 0;
    const studio = {
      client: { settings: { get: async () => (failing === 'settings' ? Promise.reject(away) : {}) } },
      workspace: { session: null, restore: () => Promise.reject(away), createEmpty: async () => void created++ },
      notices,
    } as unknown as Studio;
    await openFirst(studio);
    expect([created, notices.store.getState().fault?.error]).toEqual([1, away]);
  }
});

it('says so where not even an empty document can be had', async () => {
  const full = new AppError('disk-full', 'There is no room.');
  const notices = createNotices();
  const studio = {
    client: { settings: { get: async () => ({}) } },
    workspace: { session: null, restore: async () => undefined, createEmpty: () => Promise.reject(full) },
    notices,
  } as unknown as Studio;
  await openFirst(studio);
  expect(notices.store.getState().fault?.error).toBe(full);
});
