import { deflateSync, inflateSync } from 'node:zlib';

import { type PngChunk, readPngChunks } from '../png-chunks.ts';

/** The most text that one chunk may unpack to. Larger ones were made to fill the memory; they are left out. */
const maxTextBytes = 8 << 20;

/**
 * A PNG's texts by keyword, from `tEXt`, `zTXt` and `iTXt` chunks (PNG Specification §11.3.3). The first of a keyword
 * counts. Damaged, oversized and malformed ones are left out: this is read from files that nobody vouches for.
 *
 * @param keywords Only these are unpacked.
 */
export function readPngTexts(png: Uint8Array, keywords: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const chunk of readPngChunks(png)) {
    const keyword = keywordOf(chunk);
    if (keyword === undefined || texts.has(keyword) || !keywords.includes(keyword)) continue;
    const text = textOf(chunk);
    if (text !== undefined) texts.set(keyword, text);
  }
  return texts;
}

/** The keyword of a text chunk, undefined for other chunks. */
function keywordOf({ type, data }: PngChunk): string | undefined {
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return undefined;
  const end = data.indexOf(0);
  return end > 0 && end < 80 ? Buffer.from(data.subarray(0, end)).toString('latin1') : undefined;
}

function textOf({ type, data }: PngChunk): string | undefined {
  const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength).subarray(data.indexOf(0) + 1);
  if (type === 'tEXt') return body.toString('latin1');
  // Compression method 0, the only one there is, follows.
  if (type === 'zTXt') return body[0] === 0 ? unpack(body.subarray(1))?.toString('latin1') : undefined;
  const [isPacked, method] = body;
  const languageEnd = body.indexOf(0, 2);
  const translationEnd = languageEnd < 0 ? -1 : body.indexOf(0, languageEnd + 1);
  if (translationEnd < 0 || (isPacked === 1 && method !== 0)) return undefined;
  const text = body.subarray(translationEnd + 1);
  return (isPacked === 1 ? unpack(text) : text)?.toString('utf8');
}

function unpack(packed: Uint8Array): Buffer | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: maxTextBytes });
  } catch {
    return undefined;
  }
}

/** An `iTXt` chunk: UTF-8, packed if asked. */
export function pngText(keyword: string, text: string, { packed = false }: { packed?: boolean } = {}): PngChunk {
  const body = Buffer.from(text, 'utf8');
  return {
    type: 'iTXt',
    data: Buffer.concat([
      Buffer.from(`${keyword}\0${packed ? '\x01' : '\0'}\0\0\0`, 'latin1'),
      packed ? deflateSync(body) : body,
    ]),
  };
}
