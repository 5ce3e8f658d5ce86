import { z } from 'zod';

import { zDocumentId, zNodeId } from '#shared/document/ids';
import { insertPngChunks } from '../../images/png-chunks.ts';
import { pngText, readPngTexts } from '../../images/recipe-metadata/png-text.ts';

/** Where in the library a picture was made. The ids are random and say nothing to anyone else. */
const zWorkLink = z.object({ document: zDocumentId, node: zNodeId });
export type WorkLink = z.infer<typeof zWorkLink>;

const keyword = 'ovis-work';

/** A PNG that knows where it comes from, so that dropping it on the studio opens the work it was exported from. */
export function withWorkLink(png: Uint8Array, link: WorkLink): Uint8Array {
  return insertPngChunks(png, [pngText(keyword, JSON.stringify(link))]);
}

/** Where a picture comes from, or undefined when it does not say. */
export function readWorkLink(bytes: Uint8Array): WorkLink | undefined {
  const text = readPngTexts(bytes, [keyword]).get(keyword);
  if (text === undefined) return undefined;
  try {
    return zWorkLink.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
