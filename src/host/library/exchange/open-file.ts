import { randomBytes } from 'node:crypto';
import { basename, extname } from 'node:path';

import { AppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import type { Raster } from '#raster/raster';
import { createDocument } from '#shared/document/document';
import { newLayerId, type DocumentId, type NodeId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import type { Pixels } from '#shared/document/pixels';
import { promptOfForeignRecipe, promptOfRequest } from '#shared/document/prompt-from-recipe';
import { defaultPromptState, type PromptState } from '#shared/document/prompt-state';
import type { JobRequest } from '#shared/contract/job-request';
import { zGalleryId, type GalleryItem } from '#shared/library/gallery-item';
import { decodeImage, type DecodedImage } from '../../images/decode-image.ts';
import { encodeImage } from '../../images/encode-image.ts';
import { readImageFile } from '../../images/read-image-file.ts';
import { readPictureRecipe } from '../../images/recipe-metadata/picture-recipe.ts';
import { sha256, type BlobStore } from '../blobs/blob-store.ts';
import type { Library } from '../library.ts';
import type { ImportNote } from './import-note.ts';
import { decodeOra } from './ora-read.ts';
import { ovisManifest, readOvis } from './ovis-file.ts';
import { decodePsd, type ImportedDocument } from './psd-read.ts';
import { readWorkLink, type WorkLink } from './work-link.ts';
import { ZipArchive } from './zip-archive.ts';

type Parts = Pick<Library, 'blobs' | 'documents' | 'gallery' | 'folder'>;

/** What opening a file came to. */
export interface OpenedFile {
  readonly document: DocumentId;
  /** The step it shows, where the file is a picture of work that is in the library; otherwise the document is new. */
  readonly node: NodeId | null;
  readonly notes: readonly ImportNote[];
}

interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
}

/**
 * Opens any file the studio reads, told by its bytes: a studio file, Photoshop, OpenRaster, or a picture. A picture that
 * was exported from here leads back to its work; of any other, the recipe fills the prompt bar.
 * @throws AppError of the format's reader; `file-missing`, `permission-denied`, `image-file-too-large`
 */
export async function openFile(path: string, library: Parts, options: OpenOptions = {}): Promise<OpenedFile> {
  const title = basename(path, extname(path)).slice(0, 255);
  const kind = await archiveKind(path);
  if (kind === 'ovis') {
    const document = await readOvis(library, path, { signal: options.signal, folder: library.folder });
    return { document, node: null, notes: [] };
  }
  if (kind === 'ora') return keep(await decodeOra(path, library.blobs, options), title, library);
  const bytes = await readImageFile(path, options);
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') === '8BPS') {
    return keep(await decodePsd(bytes, library.blobs, options), title, library);
  }
  return openPicture(bytes, basename(path), library, options);
}

/** Opens the bytes of a picture, for what is dropped or pasted. @throws AppError as `decodeImage` */
export async function openPicture(
  bytes: Uint8Array,
  fileName: string,
  library: Parts,
  { signal, now = Date.now }: OpenOptions = {},
): Promise<OpenedFile> {
  const known = await knownWork(bytes, library);
  if (known) return { ...known, notes: [] };
  const taken = await takePicture(bytes, library, { signal });
  const title = basename(fileName, extname(fileName)).slice(0, 255);
  const { pixels } = taken;
  const pages = [pixels, ...(await furtherPages(bytes, taken, library.blobs, { signal }))];
  const names = (index: number) => (pages.length > 1 ? `${title} ${index + 1}` : title || 'Picture');
  // The first page lies on top, as in a pile of paper.
  const layers = pages
    .map((page, index) => createLayer('raster', newLayerId(randomBytes), names(index), { pixels: page }))
    .toReversed();
  const content = {
    order: layers.map(({ id }) => id),
    layers: Object.fromEntries(layers.map((layer) => [layer.id, layer])),
    prompt: taken.prompt ?? defaultPromptState,
  };
  const size = {
    width: Math.max(...pages.map(({ width }) => width)),
    height: Math.max(...pages.map(({ height }) => height)),
  };
  const opened = await keep({ document: createDocument(size, content), notes: taken.notes }, title, library);
  await library.gallery.put([galleryItem(taken, fileName, { document: opened.document, addedAt: now() })]);
  return opened;
}

/** A picture from outside as a layer can have it, and what its file says of how it was made. */
export interface PlacedPicture {
  readonly pixels: PicturePixels;
  readonly recipe: JobRequest | null;
  /** The prompt bar with that, also of other programs; null when the file says nothing. */
  readonly prompt: PromptState | null;
  readonly notes: readonly ImportNote[];
}

/**
 * Takes in a picture to be placed on a canvas or handed to a job. The file itself goes to the gallery.
 * @throws AppError as `decodeImage`
 */
export async function placePicture(
  bytes: Uint8Array,
  fileName: string,
  library: Pick<Library, 'blobs' | 'gallery'>,
  { signal, now = Date.now }: OpenOptions = {},
): Promise<PlacedPicture> {
  const taken = await takePicture(bytes, library, { signal });
  await library.gallery.put([galleryItem(taken, fileName, { document: null, addedAt: now() })]);
  const { pixels, recipe, prompt, notes } = taken;
  return { pixels, recipe, prompt, notes };
}

type PicturePixels = Extract<Pixels, { kind: 'picture' }>;

type Size = Pick<Raster, 'width' | 'height'>;

function isReduced(one: Size, whole: Size): boolean {
  const [across, down] = [one.width / whole.width, one.height / whole.height];
  return across < 1 && down < 1 && Math.abs(across / down - 1) < 0.02;
}

interface TakenPicture extends PlacedPicture {
  /** Of a TIFF file; animations are one picture. */
  readonly pageCount: number;
  /** The file as it came. */
  readonly original: PicturePixels;
}

async function takePicture(
  bytes: Uint8Array,
  { blobs }: Pick<Library, 'blobs'>,
  { signal }: OpenOptions,
): Promise<TakenPicture> {
  const decoded = await decodeImage(bytes, { signal });
  const { name } = await blobs.put(bytes, { signal });
  const { width, height } = decoded.raster;
  const original: PicturePixels = { kind: 'picture', blob: name, width, height };
  const pixels = isShownAsIs(decoded) ? original : await storeConverted(decoded, blobs, signal);
  const frames = decoded.conversions.find(({ kind }) => kind === 'first-frame');
  const pageCount = decoded.format === 'tiff' && frames?.kind === 'first-frame' ? frames.frames : 1;
  return { original, pixels, pageCount, notes: notesOf(decoded), ...(await foundPrompt(bytes)) };
}

/** More are no document but an archive. */
const mostPages = 100;

/** All pages but the first, without smaller copies of it, which are there for quick looks. */
async function furtherPages(
  bytes: Uint8Array,
  { pixels: first, pageCount }: Pick<TakenPicture, 'pixels' | 'pageCount'>,
  blobs: BlobStore,
  { signal }: { readonly signal: AbortSignal | undefined },
): Promise<PicturePixels[]> {
  const pages: PicturePixels[] = [];
  for (let page = 1; page < Math.min(pageCount, mostPages); page += 1) {
    const decoded = await decodeImage(bytes, { signal, page });
    if (!isReduced(decoded.raster, first)) pages.push(await storeConverted(decoded, blobs, signal));
  }
  return pages;
}

async function keep({ document, notes }: ImportedDocument, title: string, { documents }: Parts): Promise<OpenedFile> {
  const opened = await documents.create(document, { title, label: { what: 'open-file', name: title }, kind: 'import' });
  return { document: opened, node: null, notes };
}

/** What kind of archive a file is, or undefined when it is none that the studio knows. */
async function archiveKind(path: string): Promise<'ovis' | 'ora' | undefined> {
  try {
    const archive = await ZipArchive.open(path, { maxEntries: 1_000_000, maxTotalBytes: 2 ** 40 });
    archive.close();
    if (archive.has(ovisManifest)) return 'ovis';
    return archive.has('stack.xml') ? 'ora' : undefined;
  } catch (error) {
    // What cannot be a zip at all is looked at as a picture.
    if (error instanceof AppError && error.code === 'archive-invalid') return undefined;
    throw error;
  }
}

/** The work in this library that a picture was exported from, or made in. */
async function knownWork(bytes: Uint8Array, { documents, gallery }: Parts): Promise<WorkLink | undefined> {
  const items = await gallery.withBlob(sha256(bytes));
  const links = [readWorkLink(bytes), ...items.map(({ document, node }) => document && node && { document, node })];
  for (const link of links) {
    if (!link) continue;
    const view = await documents.peek(link.document).catch(() => undefined);
    if (view?.tree.nodes.has(link.node)) return link;
  }
  return undefined;
}

async function foundPrompt(bytes: Uint8Array): Promise<Pick<PlacedPicture, 'prompt' | 'recipe'>> {
  const found = await readPictureRecipe(bytes);
  switch (found.kind) {
    case 'studio':
      return { prompt: promptOfRequest(found.recipe.request), recipe: found.recipe.request };
    case 'foreign':
      return { prompt: promptOfForeignRecipe(found.recipe), recipe: null };
    case 'none':
    case 'unreadable':
      return { prompt: null, recipe: null };
    default:
      return assertNever(found);
  }
}

/** Whether every browser shows the file as we read it: then the layer is the file itself. */
function isShownAsIs({ format, conversions }: DecodedImage): boolean {
  return (format === 'png' || format === 'jpeg' || format === 'webp') && conversions.length === 0;
}

/** Keeps 16 bits where there are 16; the file itself stays in the gallery. */
async function storeConverted(
  { raster, deep }: DecodedImage,
  blobs: BlobStore,
  signal: AbortSignal | undefined,
): Promise<PicturePixels> {
  const png = await encodeImage(deep ?? raster, { format: 'png' }, { signal });
  const { name } = await blobs.put(png, { signal });
  return { kind: 'picture', blob: name, width: raster.width, height: raster.height };
}

function notesOf({ conversions }: DecodedImage): ImportNote[] {
  return conversions.flatMap(({ kind }): ImportNote[] => {
    if (kind === 'profile' || kind === 'cmyk') return [{ kind: 'profile', layer: '' }];
    return [];
  });
}

function galleryItem(
  { original: { blob, width, height }, recipe }: TakenPicture,
  fileName: string,
  more: Pick<GalleryItem, 'document' | 'addedAt'>,
): GalleryItem {
  return {
    version: 1,
    // One entry for one file, however often it is opened.
    id: zGalleryId.parse(`file-${blob.slice(0, 40)}`),
    blob,
    width,
    height,
    origin: 'imported',
    fileName: fileName.slice(0, 255),
    recipe,
    caption: '',
    tags: [],
    favourite: false,
    job: null,
    node: null,
    trashedAt: null,
    ...more,
  };
}
