import { expect, it, vi } from 'vitest';

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

it('gives back at once what waiting would not change', async () => {
  const patience = createPatience({ firstMs: 1 });
  const answers = [full, () => Promise.reject(new AppError('blob-missing', 'It is not there.'))];
  await expect(patience.until(() => answers.shift()!())).rejects.toMatchObject({ code: 'blob-missing' });
  expect(answers).toEqual([]);
  expect(patience.hindrance.getState()).toBeNull();
});
