import { randomBytes } from 'node:crypto';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { blendModeFrom, type BlendMode } from '#shared/document/blend-mode';
import { createDocument, maxSide } from '#shared/document/document';
import { translation } from '#shared/document/geometry';
import { newLayerId, type LayerId } from '#shared/document/ids';
import { createLayer, type Layer } from '#shared/document/layer';
import { noPixels, type Pixels } from '#shared/document/pixels';
import { decodeImage } from '../../images/decode-image.ts';
import { imageTooLarge } from '../../images/image-errors.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { ImportNote } from './import-note.ts';
import { parseStack, type StackElement } from './ora-stack.ts';
import type { ImportedDocument } from './psd-read.ts';
import { maxRasterPixels } from './stored-pixels.ts';
import { ZipArchive } from './zip-archive.ts';

interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

const limits = { maxEntries: 20_000, maxTotalBytes: 2 ** 33 };
const maxStackBytes = 1 << 24;
const maxLayerBytes = 1 << 30;

/**
 * A document of an OpenRaster file. A layer whose picture cannot be read comes empty, with a note, so that one bad layer
 * does not cost the others.
 * @param source The file's path, or its bytes.
 * @throws AppError `archive-invalid`, `archive-unsafe`, `path-unsafe`, `image-unreadable`, `image-too-large`, `cancelled`
 */
export async function decodeOra(
  source: string | Uint8Array,
  blobs: BlobStore,
  options: ReadOptions = {},
): Promise<ImportedDocument> {
  const archive = await ZipArchive.open(source, limits);
  try {
    const xml = await archive.read('stack.xml', { maxBytes: maxStackBytes });
    const image = parseStack(xml.toString('utf8'));
    const reader = new StackReader(archive, blobs, options);
    const order = await reader.readAll(image.children.find((child) => child.name === 'stack')?.children ?? []);
    const size = { width: whole(image, 'w', 0), height: whole(image, 'h', 0) };
    requireSize(size);
    const pixelsPerInch = Math.min(10_000, Math.max(1, whole(image, 'xres', 72)));
    return { document: createDocument(size, { order, layers: reader.layers, pixelsPerInch }), notes: reader.notes };
  } finally {
    archive.close();
  }
}

class StackReader {
  readonly layers: Record<LayerId, Layer> = {};
  readonly notes: ImportNote[] = [];
  readonly #archive: ZipArchive;
  readonly #blobs: BlobStore;
  readonly #options: ReadOptions;

  constructor(archive: ZipArchive, blobs: BlobStore, options: ReadOptions) {
    this.#archive = archive;
    this.#blobs = blobs;
    this.#options = options;
  }

  /** Reads elements into `layers`; the ids come bottom first. */
  async readAll(elements: readonly StackElement[]): Promise<LayerId[]> {
    const ids: LayerId[] = [];
    for (const element of elements.toReversed()) {
      throwIfCancelled(this.#options.signal);
      const layer = await this.#read(element);
      this.layers[layer.id] = layer;
      ids.push(layer.id);
    }
    return ids;
  }

  async #read(element: StackElement): Promise<Layer> {
    const { attributes } = element;
    const name = (attributes['name'] ?? '').slice(0, 255);
    const id = newLayerId(randomBytes);
    const common = {
      visible: attributes['visibility'] !== 'hidden',
      locked: attributes['edit-locked'] === 'true',
      opacity: opacityOf(attributes['opacity']),
      blend: this.#blendMode(attributes['composite-op'], name),
      transform: translation(whole(element, 'x', 0), whole(element, 'y', 0)),
    };
    if (element.name === 'stack') {
      // A group blends with what is below unless it says otherwise; one that cannot is isolated anyway.
      const isolated = attributes['isolation'] === 'isolate';
      return createLayer('group', id, name, { ...common, isolated, children: await this.readAll(element.children) });
    }
    return createLayer('raster', id, name, { ...common, pixels: await this.#pixels(attributes['src'], name) });
  }

  #blendMode(operation: string | undefined, layer: string): BlendMode {
    if (operation === undefined) return 'normal';
    const mode = blendModeFrom('ora', operation);
    if (mode === undefined) this.notes.push({ kind: 'blend-mode', layer });
    return mode ?? 'normal';
  }

  async #pixels(source: string | undefined, layer: string): Promise<Pixels> {
    try {
      const bytes = await this.#archive.read(source ?? '', { maxBytes: maxLayerBytes });
      const { raster } = await decodeImage(bytes, this.#options);
      const { name } = await this.#blobs.put(bytes, this.#options);
      return { kind: 'picture', blob: name, width: raster.width, height: raster.height };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'cancelled') throw error;
      if (!error.code.startsWith('image-') && !error.code.startsWith('archive-')) throw error;
      this.notes.push({ kind: 'unreadable', layer });
      return noPixels;
    }
  }
}

function opacityOf(text: string | undefined): number {
  const opacity = Number(text ?? 1);
  return Number.isFinite(opacity) ? Math.min(1, Math.max(0, opacity)) : 1;
}

function whole({ attributes }: StackElement, key: string, fallback: number): number {
  const value = Math.round(Number(attributes[key] ?? fallback));
  return Number.isSafeInteger(value) && Math.abs(value) < 1e6 ? value : fallback;
}

function requireSize({ width, height }: { readonly width: number; readonly height: number }): void {
  if (width < 1 || height < 1) {
    throw new AppError('image-unreadable', 'The OpenRaster file is damaged (it has no size): save it again.');
  }
  if (Math.max(width, height) <= maxSide && width * height <= maxRasterPixels) return;
  throw imageTooLarge(width, height, maxRasterPixels);
}
