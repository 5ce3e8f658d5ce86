import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#testing/temporary-folder';
import { objects } from '../vocabulary/objects.ts';
import { styleIds } from '../vocabulary/styles.ts';
import { loadEmojiIcons } from './emoji-icons.ts';
import { openSprites } from './sprite-cache.ts';
import { letterStrokes } from './letters.ts';

describe('the sprite cache', () => {
  it('draws once, reads back the same, and draws again when its file is damaged', { timeout: 120_000 }, async () => {
    const folder = await temporaryFolder();
    const drawn = await openSprites(folder);
    expect(drawn.sprites.size).toBe(objects.length * styleIds.length);
    expect(drawn.letters.size).toBe(Object.keys(letterStrokes).length);

    const read = await openSprites(folder);
    expect(Buffer.compare(read.bytes, drawn.bytes)).toBe(0);
    expect(read.sprites).toEqual(drawn.sprites);
    expect(read.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);

    const [name] = await readdir(folder);
    const path = join(folder, name!);
    const file = await readFile(path);
    file[file.length >> 1]! ^= 0xff;
    await writeFile(path, file);
    const redrawn = await openSprites(folder);
    expect(Buffer.compare(redrawn.bytes, drawn.bytes)).toBe(0);
    expect(await readdir(folder)).toEqual([name]);
  });

  it('says which package has no such picture', async () => {
    await expect(loadEmojiIcons('noto', ['🐱', '☠☠'])).rejects.toMatchObject({
      code: 'data-missing',
      data: { package: '@iconify-json/noto', emoji: '☠☠' },
    });
  });
});
