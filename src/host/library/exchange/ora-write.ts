import { throwIfCancelled } from '#base/abort';
import { transformRaster, type PlacedRaster } from '#raster/affine';
import type { Raster } from '#raster/raster';
import { blendModes } from '#shared/document/blend-mode';
import type { Document } from '#shared/document/document';
import { compose, identity, scaling, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { layerOf } from '#shared/document/layer-tree';
import type { Layer } from '#shared/document/layer';
import { encodeImage } from '../../images/encode-image.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { flatten, passesThrough, placedLayer, placedMask } from './flatten.ts';
import { tinted } from './tinted-mask.ts';
import { zipBytes, type ZipContent } from './zip-writer.ts';

interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
}

const oraMediaType = 'image/openraster';
/** Longest side of the thumbnail that the format wants. */
const thumbnailSide = 256;

/**
 * A document as an OpenRaster file (version 0.0.6), which Krita, MyPaint and GIMP open: layers, groups, names, opacity,
 * visibility, locks and blend modes. The format has no masks: a layer's mask becomes part of its alpha, a group's that of
 * the layers in it.
 * @throws AppError as `flatten`
 */
export async function encodeOra(document: Document, blobs: BlobStore, options: WriteOptions = {}): Promise<Uint8Array> {
  const { width, height, pixelsPerInch: ppi } = document;
  const pictures: ZipContent[] = [];
  const writer: Writer = { document, blobs, options, pictures };
  const stack = await stackOf(writer, document.order, identity, []);
  const merged = await flatten(document, blobs, options);
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<image version="0.0.6" w="${width}" h="${height}" xres="${Math.round(ppi)}" yres="${Math.round(ppi)}"><stack>${stack}</stack></image>
`;
  return zipBytes([
    // First and unpacked, so that the file can be told by its bytes.
    { name: 'mimetype', content: Buffer.from(oraMediaType) },
    { name: 'stack.xml', content: Buffer.from(xml), compress: true },
    ...pictures,
    { name: 'mergedimage.png', content: await encodeImage(merged, { format: 'png' }, options) },
    { name: 'Thumbnails/thumbnail.png', content: await encodeImage(thumbnail(merged), { format: 'png' }, options) },
  ]);
}

interface Writer {
  readonly document: Document;
  readonly blobs: BlobStore;
  readonly options: WriteOptions;
  readonly pictures: ZipContent[];
}

/** The elements of a list of layers; the topmost comes first. `masks` are those of the groups around it. */
async function stackOf(
  writer: Writer,
  ids: readonly LayerId[],
  outer: Transform,
  masks: readonly PlacedRaster[],
): Promise<string> {
  const elements: string[] = [];
  for (const id of ids) {
    throwIfCancelled(writer.options.signal);
    const layer = layerOf(writer.document, id);
    const transform = compose(outer, layer.transform);
    const own = layer.mask?.enabled ? [await maskOf(writer, layer.mask, transform)] : [];
    const all = [...masks, ...own];
    if (layer.kind === 'group') {
      const inner = await stackOf(writer, layer.children, transform, all);
      const isolation = passesThrough(layer) ? 'auto' : 'isolate';
      elements.push(`<stack ${attributes(layer)} isolation="${isolation}">${inner}</stack>`);
    } else {
      const placed = await placedLayer(layer, outer, writer.blobs, writer.options);
      const shown = placed && layer.kind === 'mask' ? tinted(placed, layer.tint) : placed;
      elements.push(await layerElement(writer, layer, shown && all.reduce(hidden, shown)));
    }
  }
  return elements.reverse().join('');
}

async function layerElement(writer: Writer, layer: Layer, placed: PlacedRaster | null): Promise<string> {
  const { raster, x, y } = placed ?? { raster: transparentPixel, x: 0, y: 0 };
  const source = `data/layer${writer.pictures.length}.png`;
  writer.pictures.push({ name: source, content: await encodeImage(raster, { format: 'png' }, writer.options) });
  return `<layer ${attributes(layer)} src="${source}" x="${x}" y="${y}"/>`;
}

const transparentPixel: Raster = { width: 1, height: 1, channels: 4, data: new Uint8Array(4) };

function attributes(layer: Layer): string {
  const isShown = layer.visible && (layer.kind === 'raster' || layer.kind === 'group');
  const values = {
    name: layer.name,
    opacity: String(layer.opacity),
    visibility: isShown ? 'visible' : 'hidden',
    'composite-op': blendModes[layer.blend].ora,
    ...(layer.locked && { 'edit-locked': 'true' }),
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}="${escaped(value)}"`)
    .join(' ');
}

async function maskOf(writer: Writer, mask: NonNullable<Layer['mask']>, transform: Transform): Promise<PlacedRaster> {
  const nothing = { raster: { width: 1, height: 1, channels: 1, data: new Uint8Array(1) }, x: 0, y: 0 } as const;
  return (await placedMask(mask, transform, writer.blobs, writer.options)) ?? nothing;
}

/** A layer with a mask multiplied into its alpha. */
function hidden({ raster, x, y }: PlacedRaster, mask: PlacedRaster): PlacedRaster {
  const data = raster.data.slice();
  for (let row = 0; row < raster.height; row += 1) {
    for (let column = 0; column < raster.width; column += 1) {
      const mx = x + column - mask.x;
      const my = y + row - mask.y;
      const isInside = mx >= 0 && my >= 0 && mx < mask.raster.width && my < mask.raster.height;
      const amount = isInside ? mask.raster.data[my * mask.raster.width + mx]! : 0;
      const at = (row * raster.width + column) * 4 + 3;
      data[at] = Math.round((data[at]! * amount) / 255);
    }
  }
  return { raster: { ...raster, data }, x, y };
}

function thumbnail(merged: Raster): Raster {
  const scale = Math.min(1, thumbnailSide / Math.max(merged.width, merged.height));
  return transformRaster({ raster: merged, x: 0, y: 0 }, scaling(scale, scale))?.raster ?? merged;
}

/** Text as it may stand in an attribute. Characters that XML cannot hold are left out. */
function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => names[character]!)
    .replace(/[\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`);
}
