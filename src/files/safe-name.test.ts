import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '#testing/temporary-folder';

import { parseHostilePath, safeFileName } from './safe-name.ts';

describe('a safe file name', () => {
  it.each([
    ['a brass lamp, warm light', 'a brass lamp, warm light'],
    ['what/if: a "cat"?', 'what-if- a -cat--'],
    ['../../etc/passwd', '-..-etc-passwd'],
    ['con', '_con'],
    ['Nul.txt', '_Nul.txt'],
    ['COM¹.png', '_COM¹.png'],
    ['contact.png', 'contact.png'],
    ['ends in dots... ', 'ends in dots'],
    ['line\nbreak\tand\u0000nul', 'line break and nul'],
    ['photo\u202Egnp.exe', 'photo gnp.exe'],
    ['e\u0301te\u0301', 'été'],
    ['日本語の名前', '日本語の名前'],
    ['half a pair \ud83d', 'half a pair \ufffd'],
    ['???', 'untitled'],
    ['', 'untitled'],
  ])('%j becomes %j', (wanted, name) => {
    expect(safeFileName(wanted)).toBe(name);
  });

  it('cuts long names between visible characters and keeps the extension', () => {
    const family = '👩‍👩‍👧‍👦';
    const name = safeFileName(`${family.repeat(40)}.png`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toBe(`${family.repeat(10)}.png`);
    expect(safeFileName('x'.repeat(300), { maxBytes: 10 })).toBe('x'.repeat(10));
  });

  it('is always a name the file system takes, and making it safe twice changes nothing', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (wanted) => {
        const name = safeFileName(wanted);
        expect(safeFileName(name)).toBe(name);
        expect(parseHostilePath(name)).toEqual([name]);
        await writeFile(join(folder, name), '');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a path from outside', () => {
  it('is split when it stays inside', () => {
    expect(parseHostilePath('text_encoder/model-00001-of-00002.safetensors')).toEqual([
      'text_encoder',
      'model-00001-of-00002.safetensors',
    ]);
  });

  it.each([
    '../model.json',
    'a/../../b',
    './a',
    '/etc/passwd',
    'a//b',
    'a/',
    '',
    'C:\\Windows',
    'a\\..\\b',
    'c:model',
    'nul.safetensors',
    'folder/aux',
    'name\u0000.json',
    'model.json\u202E',
    'trailing.',
    'trailing ',
    'x'.repeat(256),
    'deep/'.repeat(250) + 'er',
    '\ud800',
  ])('%j is refused', (path) => {
    expect(() => parseHostilePath(path)).toThrow(expect.objectContaining({ code: 'path-unsafe' }));
  });
});
