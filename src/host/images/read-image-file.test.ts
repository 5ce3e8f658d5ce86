import { execFileSync } from 'node:child_process';
import { chmod, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '#testing/temporary-folder';

import { readImageFile } from './read-image-file.ts';

describe('a picture file a person named', () => {
  it('is read whole', async () => {
    const path = join(await temporaryFolder(), '写真 📷.png');
    await writeFile(path, 'bytes');
    expect(Buffer.from(await readImageFile(path)).toString()).toBe('bytes');
  });

  it('is refused with a reason when it is missing, a folder, or absurdly large', async () => {
    const folder = await temporaryFolder();
    await expect(readImageFile(join(folder, 'no.png'))).rejects.toMatchObject({ code: 'file-missing' });
    await expect(readImageFile(folder)).rejects.toMatchObject({ code: 'file-is-folder' });
    const huge = join(folder, 'huge.tiff');
    await writeFile(huge, '');
    await truncate(huge, 2 ** 31);
    await expect(readImageFile(huge)).rejects.toMatchObject({ code: 'image-file-too-large' });
  });

  it.skipIf(process.platform === 'win32')('does not wait for ever on a pipe or a device', async () => {
    const pipe = join(await temporaryFolder(), 'pipe.png');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    await expect(readImageFile(pipe)).rejects.toMatchObject({ code: 'image-unknown' });
    await expect(readImageFile('/dev/zero')).rejects.toMatchObject({ code: 'image-unknown' });
  });

  it.skipIf(process.getuid?.() === 0)('is refused with a reason when it may not be read', async () => {
    const path = join(await temporaryFolder(), 'private.png');
    await writeFile(path, '');
    await chmod(path, 0);
    await expect(readImageFile(path)).rejects.toMatchObject({ code: 'permission-denied' });
  });
});
