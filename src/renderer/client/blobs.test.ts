import { expect, it } from 'vitest';

import { maxUploadBytes } from '#shared/contract/studio/blob-urls';
import { httpBlobs } from './blobs.ts';
import { createPatience } from './patience.ts';

const blobs = httpBlobs(createPatience());

it('refuses a file that is far too large before any of it is sent', async () => {
  const file = Object.defineProperty(new File(['x'], 'film.mov'), 'size', { value: maxUploadBytes + 1 });
  await expect(blobs.upload(file)).rejects.toMatchObject({ code: 'image-file-too-large' });
});

it('tells a folder, or a file that is gone, from a host that is gone', async () => {
  const gone = { arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) };
  const file = Object.defineProperty(new File([], 'holiday'), 'slice', { value: () => gone });
  await expect(blobs.upload(file)).rejects.toMatchObject({ code: 'file-unreadable', data: { name: 'holiday' } });
});
