import { expect, it } from 'vitest';

import { createDocument } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import { firstDifference, noiseBlock } from '#testing/surfaces';
import { createMemoryTileSource } from '../engine/tile-source.ts';
import { copyRows, surfaceOf, writeBlock } from '../pixels/surface.ts';
import { Head } from './head.ts';
import type { PageMethods, Painted } from './protocol.ts';
import type { Remote } from './rpc.ts';
import { createPause } from './steps.ts';
import { SurfaceStore } from './surface-store.ts';
import { streamCodec } from './tile-codec.ts';
import { Viewer } from './viewer.ts';

const size = { width: 256, height: 256 };
const whole = { x: 0, y: 0, ...size };
const photo = noiseBlock(0, 0, 256, 256);
const [under, top] = ['under', 'top'] as LayerId[] as [LayerId, LayerId];

/**
 * A viewer that has painted a document before the pixels of the layer under the active one are there, at the moment when
 * they have come and nobody has been told: what arrives is shown a little later.
 */
async function atArrival() {
  const blobs = createMemoryTileSource();
  const newStore = (): SurfaceStore =>
    new SurfaceStore({ blobs, codec: streamCodec, decodePicture: () => Promise.reject(new Error('no pictures here')) });
  let document = createDocument(size);
  const add = (layer: ReturnType<typeof createLayer>): void => {
    document = addLayer(document, layer, { parent: null, index: Infinity });
  };
  add(createLayer('raster', under, 'under', { pixels: await newStore().save(surfaceOf(photo)) }));
  add(createLayer('raster', top, 'top'));

  const screen = new Uint8Array(256 * 256 * 4);
  const take = ({ rect, data }: Painted): void =>
    copyRows(data ? new Uint8Array(data) : new Uint8Array(rect.width * rect.height * 4), rect, screen, whole, 4);
  const page: Remote<PageMethods> = {
    call: () => Promise.reject(new Error('the viewer asks for nothing')),
    tell: (name, params) => {
      if (name === 'painted') take(params as Painted);
    },
    dispose: () => undefined,
  };
  const head = new Head(newStore(), createDocument(size), {
    onProgress: () => viewer.refreshSoon(),
    onFault: (error) => {
      throw error;
    },
  });
  const viewer = new Viewer(head, page, createPause());
  head.show(document);
  viewer.refresh();
  viewer.activate(top, []);
  viewer.look({
    plates: [{ plate: 'picture', sheet: 1, level: 0, rect: whole }],
    outline: { level: 0, rect: whole },
    selectionTint: null,
  });
  await head.loaded();
  return { head, viewer, screen };
}

it('shows pixels that arrive under a stroke', async () => {
  const { head, viewer, screen } = await atArrival();
  const target = { kind: 'layer', layer: top, part: 'pixels' } as const;
  const dot = { x: 10, y: 10, width: 1, height: 1, channels: 4, data: new Uint8Array([1, 2, 3, 255]) } as const;
  head.setLive(target, writeBlock(head.still(target), dot));
  viewer.drawn(target, dot);
  const expected = new Uint8Array(photo.data);
  expected.set(dot.data, (10 * 256 + 10) * 4);
  await expect.poll(() => firstDifference(screen, expected)).toBe(-1);
});

it('shows pixels that arrive as layers are taken up', async () => {
  const { viewer, screen } = await atArrival();
  viewer.part([top], null);
  viewer.unpart();
  viewer.refresh();
  await expect.poll(() => firstDifference(screen, photo.data)).toBe(-1);
});
