import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Raster } from '#raster/raster';
import { createDocument, type Document } from '#shared/document/document';
import { translation } from '#shared/document/geometry';
import { zLayerId } from '#shared/document/ids';
import { addLayer, groupLayers } from '#shared/document/layer-operations';
import { createLayer } from '#shared/document/layer';
import { temporaryFolder } from '#testing/temporary-folder';
import { BlobStore } from '../blobs/blob-store.ts';
import { flatten } from './flatten.ts';
import { render } from './render.ts';
import { storePicture } from './stored-pixels.ts';

const id = (text: string) => zLayerId.parse(text);
const onTop = { parent: null, index: Infinity };

/** Two overlapping squares, the upper one in a group that moves it, a mask layer, and a selection. */
async function sample() {
  const blobs = await BlobStore.open(join(await temporaryFolder(), 'blobs'));
  const square = (value: number, channels: 1 | 4): Raster => {
    return { width: 4, height: 4, channels, data: new Uint8Array(16 * channels).fill(value) };
  };
  const colours = await storePicture(
    { ...square(255, 4), data: new Uint8Array(64).fill(255).map((v, i) => (i % 4 < 2 ? 90 : v)) },
    blobs,
  );
  const amounts = await storePicture(square(200, 1), blobs);
  let document: Document = createDocument({ width: 10, height: 8 });
  document = addLayer(document, createLayer('raster', id('low'), 'low', { pixels: colours }), onTop);
  const high = createLayer('raster', id('high'), 'high', { pixels: colours, visible: false, opacity: 0.5 });
  document = addLayer(document, high, onTop);
  const group = createLayer('group', id('group'), 'group', { transform: translation(5, 3), opacity: 0.2 });
  document = groupLayers(document, [id('high')], group);
  const mask = createLayer('mask', id('mask'), 'mask', { pixels: amounts, transform: translation(-2, 6) });
  document = addLayer(document, mask, onTop);
  return { blobs, document: { ...document, selection: { pixels: amounts, transform: translation(8, 0) } } };
}

const filled = ({ width, channels, data }: Raster): string[] => {
  const places: string[] = [];
  for (let at = 0; at < data.length; at += channels) {
    const pixel = at / channels;
    if (data[at + channels - 1]! > 0) places.push(`${pixel % width},${Math.floor(pixel / width)}`);
  }
  return places;
};

describe('render', () => {
  it('gives the picture, whole, in part, and beyond the frame', async () => {
    const { blobs, document } = await sample();
    expect(await render(document, blobs, { of: 'picture' })).toEqual(await flatten(document, blobs));
    const part = await render(document, blobs, { of: 'picture' }, { region: { x: 3, y: 3, width: 2, height: 2 } });
    expect(part).toMatchObject({ width: 2, height: 2, channels: 4 });
    expect(filled(part)).toEqual(['0,0']);
    const beyond = await render(document, blobs, { of: 'picture' }, { region: { x: -2, y: -1, width: 4, height: 3 } });
    expect(filled(beyond)).toEqual(['2,1', '3,1', '2,2', '3,2']);
  });

  it('gives one layer at its place, also a hidden one in a group, and a mask as amounts inside the frame', async () => {
    const { blobs, document } = await sample();
    const high = await render(document, blobs, { of: 'layer', layer: id('high') });
    expect(filled(high)).toHaveLength(16);
    expect(filled(high)[0]).toBe('5,3');
    expect(high.data[(3 * 10 + 5) * 4 + 3]).toBe(255);
    const mask = await render(document, blobs, { of: 'layer', layer: id('mask') });
    expect(mask.channels).toBe(1);
    expect(filled(mask)).toEqual(['0,6', '1,6', '0,7', '1,7']);
    const group = await render(document, blobs, { of: 'layer', layer: id('group') });
    expect(filled(group)).toEqual([]);
  });

  it('gives the selection, and nothing where there is none', async () => {
    const { blobs, document } = await sample();
    expect(filled(await render(document, blobs, { of: 'selection' }))).toHaveLength(8);
    expect(filled(await render({ ...document, selection: null }, blobs, { of: 'selection' }))).toEqual([]);
  });

  it('scales down to a longest side, never up', async () => {
    const { blobs, document } = await sample();
    expect(await render(document, blobs, { of: 'picture' }, { maxSide: 5 })).toMatchObject({ width: 5, height: 4 });
    expect(await render(document, blobs, { of: 'picture' }, { maxSide: 500 })).toMatchObject({ width: 10, height: 8 });
  });
});
