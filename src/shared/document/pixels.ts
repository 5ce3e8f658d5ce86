import { z } from 'zod';

import { assertNever } from '#base/assert';
import { zBlobName, type BlobName } from '#shared/contract/job-request';
import { zRect } from './geometry.ts';

/**
 * Where the pixels of a layer or mask are. A placed file or result stays the `picture` it is, with every bit it came
 * with, until it is painted on; then it becomes `tiles` over that picture, of which a stroke replaces only those it touches.
 */
export const zPixels = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('empty') }).readonly(),
    z
      .strictObject({
        kind: z.literal('picture'),
        /** An encoded picture (PNG, JPEG, WebP, AVIF, TIFF); its top left pixel is at 0,0. */
        blob: zBlobName,
        width: z.int().min(1),
        height: z.int().min(1),
      })
      .readonly(),
    z
      .strictObject({
        kind: z.literal('tiles'),
        /** A tile index (`tile-index.ts`), which names the tiles. */
        index: zBlobName,
        /** Around all tiles, so that culling and fitting need not open the index. */
        bounds: zRect,
      })
      .readonly(),
  ])
  .readonly();
export type Pixels = z.infer<typeof zPixels>;

export const noPixels: Pixels = Object.freeze({ kind: 'empty' });

/** A blob that something holds on to; a `tile-index` holds on to the tiles it names as well. */
export interface BlobReference {
  readonly blob: BlobName;
  readonly as: 'file' | 'tile-index';
}

export function pixelReferences(pixels: Pixels): BlobReference[] {
  switch (pixels.kind) {
    case 'empty':
      return [];
    case 'picture':
      return [{ blob: pixels.blob, as: 'file' }];
    case 'tiles':
      return [{ blob: pixels.index, as: 'tile-index' }];
    default:
      return assertNever(pixels);
  }
}
