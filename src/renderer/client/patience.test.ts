import { expect, it, onTestFinished, vi } from 'vitest';

import { AppError } from '#base/app-error';
import { createPatience } from './patience.ts';

const full = () => Promise.reject(new AppError('disk-full', 'The disk is full.'));

it('does the work again until what hinders it has passed, and tells of it meanwhile', async () => {
  const patience = createPatience({ firstMs: 60_000, longestMs: 60_000 });
  const disk = { isFull: true };
  const save = (name: string) => () => (disk.isFull ? full() : Promise.resolve(name));
  const saved = Promise.all([patience.until(save('one')), patience.until(save('two'))]);
  await vi.waitFor(() => expect(patience.hindrance.getState()?.code).toBe('disk-full'));
  patience.tryNow();
  disk.isFull = false;
  patience.tryNow();
  expect(await saved).toEqual(['one', 'two']);
  expect(patience.hindrance.getState()).toBeNull();
});

it('asks less and less often what only somebody at the disk can change, and not at all once it is given up', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const patience = createPatience({ firstMs: 1000, longestMs: 5000, slowMs: 60_000 });
  const giving = new AbortController();
  let tries = 0;
  const stuck = () => {
    tries += 1;
    return Promise.reject(new AppError('journal-failed', 'The disk refuses.'));
  };
  const saved = patience.until(stuck, { signal: giving.signal }).catch((error: AppError) => error.code);
  await vi.advanceTimersByTimeAsync(63_500);
  expect(tries).toBe(7);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(tries).toBe(17);
  patience.tryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(tries).toBe(18);
  giving.abort();
  expect(await saved).toBe('cancelled');
  expect(patience.hindrance.getState()).toBeNull();
});

it('gives back at once what waiting would not change', async () => {
  const patience = createPatience({ firstMs: 1 });
  const answers = [full, () => Promise.reject(new AppError('blob-missing', 'It is not there.'))];
  await expect(patience.until(() => answers.shift()!())).rejects.toMatchObject({ code: 'blob-missing' });
  expect(answers).toEqual([]);
  expect(patience.hindrance.getState()).toBeNull();
});
