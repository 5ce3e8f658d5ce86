import type { BlobName } from '#shared/contract/job-request';
import type { Document } from '#shared/document/document';
import { nodeOf, pathTo } from '#shared/document/history-tree';
import type { NodeId } from '#shared/document/ids';
import type { Recipe } from '#shared/recipe/recipe';
import { writeFileDurably } from '#files/durable-write';
import { encodeImage, type EncodeOptions } from '../../images/encode-image.ts';
import { imageTooLarge } from '../../images/image-errors.ts';
import { resizeImage } from '../../images/resize-image.ts';
import { encodeWithRecipe, readPictureRecipe } from '../../images/recipe-metadata/picture-recipe.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { OpenDocument } from '../documents/open-document.ts';
import { flatten } from './flatten.ts';
import { encodeOra } from './ora-write.ts';
import { encodePsd } from './psd-write.ts';
import { maxRasterPixels } from './stored-pixels.ts';
import { withWorkLink } from './work-link.ts';

/** A picture, or a file with layers. `.ovis` files are written by `writeOvis`. */
export type ExportFormat = EncodeOptions | { readonly format: 'psd' } | { readonly format: 'ora' };

export interface ExportOptions {
  /** The step to export; the current one by default. */
  readonly node?: NodeId | undefined;
  /** Whether a picture says how it was made, and a PNG where. Default true. */
  readonly withRecipe?: boolean | undefined;
  /** Of a picture; by default as large as the document. Files with layers keep their size. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A step of a document as a file of another format.
 * @throws AppError as `flatten` and `encodeImage`
 */
export async function exportDocument(
  document: OpenDocument,
  blobs: BlobStore,
  format: ExportFormat,
  { node = document.tree.current!, withRecipe = true, size, signal }: ExportOptions = {},
): Promise<Uint8Array> {
  const work = await document.document(node);
  if (format.format === 'psd') return encodePsd(work, blobs, { signal });
  if (format.format === 'ora') return encodeOra(work, blobs, { signal });
  if (size && size.width * size.height > maxRasterPixels) throw imageTooLarge(size.width, size.height, maxRasterPixels);
  const whole = await flatten(work, blobs, { signal });
  const picture = size ? await resizeImage(whole, size, { signal }) : whole;
  if (!withRecipe) return encodeImage(picture, format, { signal });
  const recipe = await recipeOf(document, node, blobs);
  const encoded = recipe
    ? await encodeWithRecipe(picture, format, recipe, { signal })
    : await encodeImage(picture, format, { signal });
  // Of another size it is a picture of its own.
  return format.format === 'png' && !size ? withWorkLink(encoded, { document: document.id, node }) : encoded;
}

/** Writes a step of a document to a file, whole or not at all. @throws AppError also `disk-full`, `permission-denied` */
export async function exportDocumentTo(
  path: string,
  document: OpenDocument,
  blobs: BlobStore,
  format: ExportFormat,
  options: ExportOptions = {},
): Promise<void> {
  await writeFileDurably(path, await exportDocument(document, blobs, format, options));
}

/** The recipe of the last picture the model made on the way to a step: it is in the picture that this step brought in. */
async function recipeOf(document: OpenDocument, node: NodeId, blobs: BlobStore): Promise<Recipe | undefined> {
  const { tree } = document;
  const made = pathTo(tree, node).findLast((step) => nodeOf(tree, step).recipe !== null);
  if (made === undefined) return undefined;
  const { parent } = nodeOf(tree, made);
  const before = new Set(parent === null ? [] : pictures(await document.document(parent)));
  for (const blob of pictures(await document.document(made))) {
    if (before.has(blob)) continue;
    const found = await readPictureRecipe(await blobs.read(blob));
    if (found.kind === 'studio') return found.recipe;
  }
  return undefined;
}

function pictures(document: Document): BlobName[] {
  return Object.values(document.layers).flatMap((layer) =>
    layer.kind === 'raster' && layer.pixels.kind === 'picture' ? [layer.pixels.blob] : [],
  );
}
