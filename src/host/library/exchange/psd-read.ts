import { randomBytes } from 'node:crypto';

import { readPsd, type Layer as PsdLayer, type PixelData, type Psd } from 'ag-psd';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { toRaster } from '#raster/deep-raster';
import type { Raster } from '#raster/raster';
import { blendModeFrom, type BlendMode } from '#shared/document/blend-mode';
import { createDocument, maxSide, type Document } from '#shared/document/document';
import { identity, translation } from '#shared/document/geometry';
import { newLayerId, type LayerId } from '#shared/document/ids';
import { createLayer, type Layer, type LayerMask } from '#shared/document/layer';
import { noPixels } from '#shared/document/pixels';
import { imageTooLarge } from '../../images/image-errors.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { ImportNote } from './import-note.ts';
import { fromColourProfile, psdColourProfile } from './psd-colour-profile.ts';
import { useImageData } from './psd-write.ts';
import { maxRasterPixels, storePicture } from './stored-pixels.ts';

export interface ImportedDocument {
  readonly document: Document;
  readonly notes: readonly ImportNote[];
}

interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** All layers of a file together, unpacked. */
const maxUnpackedBytes = 2 ** 31;

/**
 * A document of a Photoshop file, of 8, 16 or 32 bits in RGB, grey or black and white, with its layers, groups and masks.
 * @throws AppError `image-unreadable`, `image-unsupported`, `image-too-large`, `cancelled`
 */
export async function decodePsd(
  bytes: Uint8Array,
  blobs: BlobStore,
  options: ReadOptions = {},
): Promise<ImportedDocument> {
  const psd = parse(bytes);
  const reader = new LayerReader(psd, psdColourProfile(bytes), blobs, options);
  const order = psd.children?.length ? await reader.readAll(psd.children) : await reader.readFlat();
  const { width, height } = psd;
  const document = createDocument({ width, height }, { order, layers: reader.layers, pixelsPerInch: resolution(psd) });
  return { document, notes: reader.notes };
}

function parse(bytes: Uint8Array): Psd {
  useImageData();
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [height, width] = header.length < 26 ? [0, 0] : [header.readUInt32BE(14), header.readUInt32BE(18)];
  if (Math.max(width, height) > maxSide || width * height > maxRasterPixels) {
    throw imageTooLarge(width, height, maxRasterPixels);
  }
  try {
    return readLeniently(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const [code, sentence] = /not supported|memory limit/i.test(why)
      ? (['image-unsupported', 'Photoshop files like this one cannot be opened'] as const)
      : (['image-unreadable', 'The Photoshop file is damaged'] as const);
    throw new AppError(code, `${sentence} (${why}): save it again as 8-bit RGB.`, { data: { why }, cause: error });
  }
}

/**
 * ag-psd gives up on a file for one blend mode it does not know. ImageMagick 6 writes their four letters backwards; and an
 * unknown one is better read as normal than not at all.
 */
function readLeniently(bytes: Uint8Array): Psd {
  const options = {
    useImageData: true,
    useRawThumbnail: true,
    skipLinkedFilesData: true,
    totalMemoryLimit: maxUnpackedBytes,
  };
  let file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tried = new Set<string>();
  for (;;) {
    try {
      return readPsd(file, options);
    } catch (error) {
      const key = error instanceof Error ? /^Invalid blend mode: '(.{4})'$/s.exec(error.message)?.[1] : undefined;
      if (key === undefined || tried.has(key)) throw error;
      tried.add(key);
      const forwards = Buffer.from(key, 'latin1').reverse().toString('latin1');
      file = replaced(file, `8BIM${key}`, `8BIM${tried.has(forwards) ? 'norm' : forwards}`);
    }
  }
}

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(from, 0, 'latin1'); at >= 0; at = copy.indexOf(from, at + 1, 'latin1')) {
    copy.write(to, at, 'latin1');
  }
  return copy;
}

class LayerReader {
  readonly layers: Record<LayerId, Layer> = {};
  readonly notes: ImportNote[] = [];
  readonly #psd: Psd;
  readonly #profile: Buffer | undefined;
  readonly #blobs: BlobStore;
  readonly #options: ReadOptions;

  constructor(psd: Psd, profile: Buffer | undefined, blobs: BlobStore, options: ReadOptions) {
    this.#psd = psd;
    this.#profile = profile;
    this.#blobs = blobs;
    this.#options = options;
    if (profile) this.notes.push({ kind: 'profile', layer: '' });
    if ((psd.bitsPerChannel ?? 8) > 8) this.notes.push({ kind: 'depth', layer: '' });
  }

  /** Reads layers, bottom first, into `layers`. */
  async readAll(found: readonly PsdLayer[]): Promise<LayerId[]> {
    const ids: LayerId[] = [];
    for (const layer of found) {
      throwIfCancelled(this.#options.signal);
      const read = await this.#read(layer);
      if (read === undefined) continue;
      this.layers[read.id] = read;
      ids.push(read.id);
    }
    return ids;
  }

  /** The one picture of a file without layers. */
  async readFlat(): Promise<LayerId[]> {
    const layer = createLayer('raster', newLayerId(randomBytes), 'Background', {
      pixels: await this.#store(this.#psd.imageData),
    });
    this.layers[layer.id] = layer;
    return [layer.id];
  }

  async #read(found: PsdLayer): Promise<Layer | undefined> {
    const name = (found.name ?? '').slice(0, 255);
    const note = (kind: ImportNote['kind']) => this.notes.push({ kind, layer: name });
    const id = newLayerId(randomBytes);
    const common = {
      visible: !found.hidden,
      locked: Boolean(found.protected?.composite && found.protected.position),
      opacity: found.opacity ?? 1,
      blend: this.#blendMode(found, note),
    };
    if (found.clipping) note('clipping');
    if (found.effects && !found.effects.disabled) note('effects');
    if (found.children) {
      const { width, height } = this.#psd;
      return createLayer('group', id, name, {
        ...common,
        children: await this.readAll(found.children),
        isolated: found.blendMode !== 'pass through',
        mask: await this.#mask(found, { left: 0, top: 0, width, height }),
      });
    }
    if (found.adjustment && !found.imageData) {
      note('adjustment');
      return undefined;
    }
    if (found.text ?? found.vectorFill ?? found.placedLayer) note('rasterised');
    const { left = 0, top = 0, imageData } = found;
    return createLayer('raster', id, name, {
      ...common,
      transform: imageData ? translation(left, top) : identity,
      pixels: await this.#store(imageData),
      mask: imageData ? await this.#mask(found, { left, top, width: imageData.width, height: imageData.height }) : null,
    });
  }

  #blendMode(found: PsdLayer, note: (kind: ImportNote['kind']) => void): BlendMode {
    if (found.blendMode === undefined || found.blendMode === 'pass through') return 'normal';
    const mode = blendModeFrom('psd', found.blendMode);
    if (mode === undefined) note('blend-mode');
    return mode ?? 'normal';
  }

  async #store(found: PixelData | undefined) {
    if (found === undefined || found.width === 0 || found.height === 0) return noPixels;
    const raster = shallow(found);
    const converted = this.#profile ? await fromColourProfile(raster, this.#profile, this.#options) : raster;
    return storePicture(converted, this.#blobs, this.#options);
  }

  /** A mask over exactly the pixels it belongs to, in their coordinates. */
  async #mask(
    { mask }: PsdLayer,
    over: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  ): Promise<LayerMask | null> {
    if (mask === undefined || over.width === 0 || over.height === 0) return null;
    const data = new Uint8Array(over.width * over.height).fill(mask.defaultColor ?? 0);
    const amounts = mask.imageData && shallow(mask.imageData);
    if (amounts) {
      const dx = (mask.left ?? 0) + (mask.positionRelativeToLayer ? 0 : -over.left);
      const dy = (mask.top ?? 0) + (mask.positionRelativeToLayer ? 0 : -over.top);
      for (let y = Math.max(0, dy); y < Math.min(over.height, dy + amounts.height); y += 1) {
        for (let x = Math.max(0, dx); x < Math.min(over.width, dx + amounts.width); x += 1) {
          data[y * over.width + x] = amounts.data[((y - dy) * amounts.width + x - dx) * 4]!;
        }
      }
    }
    const raster: Raster = { width: over.width, height: over.height, channels: 1, data };
    return { enabled: !mask.disabled, pixels: await storePicture(raster, this.#blobs, this.#options) };
  }
}

/** Samples of any depth as 8-bit RGBA. */
function shallow({ width, height, data }: PixelData): Raster {
  if (data instanceof Uint16Array) return toRaster({ width, height, channels: 4, data });
  if (data instanceof Float32Array) return { width, height, channels: 4, data: fromLinear(data) };
  return { width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** Photoshop's 32-bit files hold linear light; alpha stays as it is. */
function fromLinear(linear: Float32Array): Uint8Array {
  return Uint8Array.from(linear, (value, index) => {
    const light = Math.min(1, Math.max(0, value));
    if (index % 4 === 3) return Math.round(light * 255);
    return Math.round(255 * (light <= 0.003_130_8 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
  });
}

function resolution({ imageResources }: Psd): number {
  const info = imageResources?.resolutionInfo;
  if (info === undefined) return 72;
  const perInch = info.horizontalResolution * (info.horizontalResolutionUnit === 'PPCM' ? 2.54 : 1);
  return Math.min(10_000, Math.max(1, perInch));
}
