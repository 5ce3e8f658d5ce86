import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AppError } from '#base/app-error';
import type { Raster } from '#raster/raster';
import { createDocument, type Document } from '#shared/document/document';
import { compose, identity, translation, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { createLayer, type Layer } from '#shared/document/layer';
import { addLayer, moveLayers, setLayerPixels, setLayerProperties } from '#shared/document/layer-operations';
import { firstDifference, noiseBlock } from '#testing/surfaces';
import { withPixelEdits, type PixelTarget } from '../../document/pixel-edits.ts';
import { createMemoryTileSource, type TileSource } from '../engine/tile-source.ts';
import { defaultBrush } from '../pixels/brush.ts';
import { copyRows } from '../pixels/surface.ts';
import { createKernel } from './kernel.ts';
import type { KernelState, EditResult, KernelMethods, PageMethods, PlateId } from './protocol.ts';
import { connect, type Handlers, type Remote } from './rpc.ts';
import { createPause } from './steps.ts';
import { streamCodec } from './tile-codec.ts';

const size = { width: 600, height: 400 };
const whole: Rect = { x: 0, y: 0, ...size };
const id = (name: string): LayerId => name as LayerId;
const pixelsOf = (layer: string): PixelTarget => ({ kind: 'layer', layer: id(layer), part: 'pixels' });
const red = { kind: 'colour', colour: { red: 255, green: 0, blue: 0 } } as const;
const brush = { ...defaultBrush, size: 20, hardness: 1, smoothing: 0, pressureSize: false };

/** One sheet for each plate, as long as the page looks at it. */
const sheetOf = (plate: PlateId): number => ['picture', 'tint', 'below', 'moving', 'before'].indexOf(plate) + 2;

/** Opaque noise. */
const photo = noiseBlock(0, 0, 600, 400);
for (let i = 3; i < photo.data.length; i += 4) photo.data[i] = 255;

/** The page's side: a document with undo, and what it has been sent. */
class Page {
  readonly kernel: Remote<KernelMethods>;
  readonly source: TileSource & { readonly size: number };
  document: Document = createDocument(size);
  state: KernelState | null = null;
  outline: Int32Array = new Int32Array(0);
  readonly faults: AppError['code'][] = [];
  readonly #screen = new Map<PlateId, Uint8Array>();
  readonly #close: () => void;
  isDiskFull = false;

  constructor(source = createMemoryTileSource()) {
    this.source = source;
    const { port1, port2 } = new MessageChannel();
    const methods: Handlers<PageMethods> = {
      getBlob: (name) => this.source.get(name),
      putBlob: (bytes) => (this.isDiskFull ? Promise.reject(new Error('disk full')) : this.source.put(bytes)),
      painted: ({ plate, rect, data }) => {
        const screen = this.#screen.get(plate) ?? new Uint8Array(size.width * size.height * 4);
        copyRows(data ? new Uint8Array(data) : new Uint8Array(rect.width * rect.height * 4), rect, screen, whole, 4);
        this.#screen.set(plate, screen);
      },
      outlined: ({ segments }) => {
        this.outline = segments;
      },
      stateChanged: (state) => {
        this.state = state;
      },
      failed: ({ code }) => {
        this.faults.push(code);
      },
    };
    this.kernel = connect<KernelMethods, PageMethods>(port1, methods, {
      onFault: (error) => this.faults.push(error.code),
    });
    const ours = {} as Handlers<KernelMethods>;
    const page = connect<PageMethods, KernelMethods>(port2, ours, { onFault: (error) => this.faults.push(error.code) });
    const decodePicture = () => Promise.reject(new Error('no pictures here'));
    Object.assign(ours, createKernel({ page, codec: streamCodec, decodePicture, pause: createPause() }));
    port1.start();
    port2.start();
    this.#close = () => port1.close();
  }

  close(): void {
    this.#close();
    if (this.faults.length > 0) throw new Error(`The kernel told of faults: ${this.faults.join()}`);
  }

  show(document: Document, settled: readonly number[] = []): void {
    this.document = document;
    this.kernel.tell('show', { document, settled });
  }

  /** Takes an edit into the document, as the studio does. */
  accept({ id, edits }: EditResult): void {
    this.show(withPixelEdits(this.document, edits), [id]);
  }

  async addLayer(layer: Layer, raster: Raster = photo): Promise<void> {
    const pixels = await this.kernel.call('store', { raster });
    this.show(addLayer(this.document, { ...layer, pixels } as Layer, { parent: null, index: Infinity }));
  }

  /** What a plate looks like on the page once all messages have come through. */
  async seen(plate: PlateId = 'picture'): Promise<Uint8Array> {
    await this.quiet();
    return this.#screen.get(plate) ?? new Uint8Array(size.width * size.height * 4);
  }

  look(...plates: PlateId[]): void {
    const rect = { x: 0, y: 0, width: 768, height: 512 };
    this.kernel.tell('look', {
      plates: plates.map((plate) => ({ plate, sheet: sheetOf(plate), level: 0, rect })),
      outline: { level: 0, rect },
      selectionTint: null,
    });
  }

  /** The kernel answers calls in order, and paints in slices between them. */
  async quiet(): Promise<void> {
    await this.kernel.call('loaded', null);
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 15));
    await this.kernel.call('loaded', null);
  }

  async stroke(target: PixelTarget, ...points: [number, number][]): Promise<EditResult> {
    this.kernel.tell('strokeBegin', { target, brush, paint: red });
    for (const [x, y] of points) this.kernel.tell('strokeAdd', { samples: [{ x, y, pressure: 1 }] });
    return this.kernel.call('strokeEnd', null);
  }

  async excerpt(): Promise<Uint8Array> {
    return (await this.kernel.call('excerpt', { source: { kind: 'picture' }, rect: null, selected: false })).data;
  }
}

const at = (pixels: Uint8Array, x: number, y: number): number[] => [
  ...pixels.subarray((y * 600 + x) * 4, (y * 600 + x) * 4 + 4),
];

describe('the kernel', () => {
  let page: Page;
  beforeEach(async () => {
    page = new Page();
    page.show(createDocument(size));
    page.look('picture', 'tint');
    page.kernel.tell('activate', { layer: id('photo'), together: [] });
    await page.addLayer(createLayer('raster', id('photo'), 'photo'));
  });
  afterEach(() => {
    page.close();
  });

  it('shows the document, and the same when it is opened again from its blobs', async () => {
    const seen = await page.seen();
    expect(at(seen, 0, 0)).toEqual(at(photo.data, 0, 0));
    expect(firstDifference(seen, await page.excerpt())).toBe(-1);
    const other = new Page(page.source);
    other.look('picture');
    other.show(page.document);
    expect(firstDifference(await other.seen(), seen)).toBe(-1);
    expect(other.state?.loading).toBe(0);
    other.close();
  });

  it('draws while the pointer moves, keeps the stroke, and undoes it', async () => {
    const before = await page.seen();
    page.kernel.tell('strokeBegin', { target: pixelsOf('photo'), brush, paint: red });
    page.kernel.tell('strokeAdd', {
      samples: [
        { x: 100, y: 100, pressure: 1 },
        { x: 300, y: 100, pressure: 1 },
      ],
    });
    const during = new Uint8Array(await page.seen());
    expect(at(during, 150, 100)).toEqual([255, 0, 0, 255]);
    const edit = await page.kernel.call('strokeEnd', null);
    const blobs = page.source.size;
    page.accept(edit);
    const after = new Uint8Array(await page.seen());
    expect(at(after, 299, 100)).toEqual([255, 0, 0, 255]);
    expect(firstDifference(after, await page.excerpt())).toBe(-1);
    // Two tiles and the list of tiles; four tiles are shared with before.
    expect(blobs).toBe(6 + 1 + 2 + 1);
    const drawn = page.document;
    page.show(setLayerPixels(drawn, id('photo'), await page.kernel.call('store', { raster: photo })));
    expect(firstDifference(await page.seen(), before)).toBe(-1);
    expect(page.source.size).toBe(blobs);
    page.show(drawn);
    expect(firstDifference(await page.seen(), after)).toBe(-1);
  });

  it('takes a stroke back while it is drawn', async () => {
    const before = new Uint8Array(await page.seen());
    page.kernel.tell('strokeBegin', { target: pixelsOf('photo'), brush, paint: red });
    page.kernel.tell('strokeAdd', { samples: [{ x: 100, y: 100, pressure: 1 }] });
    expect(at(await page.seen(), 100, 100)).toEqual([255, 0, 0, 255]);
    page.kernel.tell('strokeCancel', null);
    expect(firstDifference(await page.seen(), before)).toBe(-1);
  });

  it('draws the second stroke on the first, however soon it comes', async () => {
    const first = page.stroke(pixelsOf('photo'), [100, 100]);
    const second = page.stroke(pixelsOf('photo'), [200, 200]);
    page.accept(await first);
    page.accept(await second);
    const picture = await page.excerpt();
    expect(at(picture, 100, 100)).toEqual([255, 0, 0, 255]);
    expect(at(picture, 200, 200)).toEqual([255, 0, 0, 255]);
    expect(firstDifference(await page.seen(), picture)).toBe(-1);
  });

  it('goes on showing an edit that the document does not know of yet', async () => {
    const edit = page.stroke(pixelsOf('photo'), [100, 100]);
    page.show(setLayerProperties(page.document, [id('photo')], { name: 'renamed' }));
    expect(at(await page.seen(), 100, 100)).toEqual([255, 0, 0, 255]);
    page.accept(await edit);
    expect(at(await page.seen(), 100, 100)).toEqual([255, 0, 0, 255]);
    expect(page.document.layers[id('photo')]?.name).toBe('renamed');
  });

  it('keeps strokes within the selection, and tells its outline and bounds', async () => {
    const shape = { kind: 'rect', rect: { x: 90, y: 90, width: 10, height: 40 } } as const;
    page.accept(await page.kernel.call('select', { shape, mode: 'replace', feather: 0 }));
    await page.quiet();
    expect(page.state?.selectionBounds).toEqual(shape.rect);
    expect(page.outline).toHaveLength(4 * 4);
    page.accept(await page.stroke(pixelsOf('photo'), [100, 100]));
    const picture = await page.excerpt();
    expect(at(picture, 99, 100)).toEqual([255, 0, 0, 255]);
    expect(at(picture, 100, 100)).not.toEqual([255, 0, 0, 255]);
    page.accept(await page.kernel.call('selectNone', null));
    await page.quiet();
    expect(page.state?.selectionBounds).toBeNull();
    expect(page.outline).toHaveLength(0);
  });

  it('fills what is connected, within the selection', async () => {
    const flat = { ...noiseBlock(0, 0, 600, 400), data: new Uint8Array(600 * 400 * 4).fill(128) };
    await page.addLayer(createLayer('raster', id('flat'), 'flat'), flat);
    const shape = { kind: 'rect', rect: { x: 0, y: 0, width: 300, height: 400 } } as const;
    page.accept(await page.kernel.call('select', { shape, mode: 'replace', feather: 0 }));
    const flood = { at: { x: 10, y: 10 }, tolerance: 0, contiguous: true, sample: id('flat') };
    page.accept(await page.kernel.call('fill', { target: pixelsOf('flat'), paint: red, opacity: 1, flood }));
    const layer = await page.kernel.call('excerpt', {
      source: { kind: 'layer', layer: id('flat'), part: 'pixels' },
      rect: whole,
      selected: false,
    });
    expect(at(layer.data, 299, 399)).toEqual([255, 0, 0, 255]);
    expect(at(layer.data, 300, 399)).toEqual([128, 128, 128, 128]);
  });

  it('moves selected pixels twice without losing what they passed over', async () => {
    const before = await page.excerpt();
    const shape = { kind: 'rect', rect: { x: 100, y: 100, width: 50, height: 50 } } as const;
    page.accept(await page.kernel.call('select', { shape, mode: 'replace', feather: 0 }));
    const move = async (dx: number): Promise<void> => {
      const plates = await page.kernel.call('liftBegin', { layer: id('photo') });
      expect(plates.map(({ plate }) => plate)).toEqual(['below', 'moving']);
      page.accept(await page.kernel.call('liftEnd', { by: translation(dx, 0) }));
    };
    await move(200);
    await move(-140);
    await page.quiet();
    const after = await page.excerpt();
    expect(page.state?.selectionBounds).toEqual({ x: 160, y: 100, width: 50, height: 50 });
    expect(at(after, 120, 120)).toEqual([0, 0, 0, 0]);
    expect(at(after, 180, 120)).toEqual(at(before, 120, 120));
    // Where the piece lay in between, the picture is as it was.
    expect(at(after, 320, 120)).toEqual(at(before, 320, 120));
    expect(firstDifference(await page.seen(), after)).toBe(-1);
  });

  it('parts the picture while layers are moved, and puts it together again', async () => {
    await page.addLayer(createLayer('raster', id('top'), 'top', { blend: 'multiply' }), noiseBlock(0, 0, 80, 80));
    const plates = await page.kernel.call('moveBegin', { layers: [id('photo')] });
    expect(plates.map(({ plate, blend }) => [plate, blend])).toEqual([
      ['below', 'normal'],
      ['moving', 'normal'],
      ['above-0', 'multiply'],
    ]);
    page.look('below', 'moving', 'above-0');
    expect(at(await page.seen('moving'), 300, 300)).toEqual(at(photo.data, 300, 300));
    expect(at(await page.seen('below'), 300, 300)).toEqual([0, 0, 0, 0]);
    page.kernel.tell('moveEnd', null);
    page.show(setLayerProperties(page.document, [id('photo')], { transform: translation(7, 0) }));
    page.look('picture');
    expect(firstDifference(await page.seen(), await page.excerpt())).toBe(-1);
  });

  it('shows masks as tints and keeps them out of the picture', async () => {
    const picture = await page.excerpt();
    await page.addLayer(createLayer('mask', id('mask'), 'mask', { tint: '#ff0000' }), {
      ...noiseBlock(0, 0, 50, 50, 1),
      data: new Uint8Array(2500).fill(255),
    });
    expect(at(await page.seen('tint'), 20, 20)).toEqual([255, 0, 0, 128]);
    expect(firstDifference(await page.seen(), picture)).toBe(-1);
    const masks = await page.kernel.call('excerpt', { source: { kind: 'masks' }, rect: whole, selected: false });
    expect([masks.channels, masks.data[20 * 600 + 20], masks.data[60 * 600 + 20]]).toEqual([1, 255, 0]);
    page.accept(await page.kernel.call('selectFrom', { source: { kind: 'masks' }, mode: 'replace' }));
    await page.quiet();
    expect(page.state?.selectionBounds).toEqual({ x: 0, y: 0, width: 50, height: 50 });
  });

  it('moves masks in their colour, and masked layers with their mask', async () => {
    await page.addLayer(createLayer('mask', id('mask'), 'mask', { tint: '#00ff00' }), {
      ...noiseBlock(0, 0, 50, 50, 1),
      data: new Uint8Array(2500).fill(255),
    });
    await page.kernel.call('moveBegin', { layers: [id('mask')] });
    page.look('moving', 'tint');
    expect(at(await page.seen('moving'), 20, 20)).toEqual([0, 255, 0, 128]);
    expect(at(await page.seen('tint'), 20, 20)).toEqual([0, 0, 0, 0]);
    page.kernel.tell('moveEnd', null);
    page.look('picture');

    const shape = { kind: 'rect', rect: { x: 0, y: 0, width: 300, height: 400 } } as const;
    page.accept(await page.kernel.call('select', { shape, mode: 'replace', feather: 0 }));
    const target = { kind: 'layer', layer: id('photo'), part: 'mask' } as const;
    page.accept(await page.kernel.call('selectionTo', { target }));
    await page.kernel.call('moveBegin', { layers: [id('photo')] });
    page.look('below', 'moving');
    expect(at(await page.seen('moving'), 299, 20)).toEqual(at(photo.data, 299, 20));
    expect(at(await page.seen('moving'), 300, 20)).toEqual([0, 0, 0, 0]);
    page.kernel.tell('moveEnd', null);
  });

  it('tells where a group has pixels, to the pixel', async () => {
    const group = createLayer('group', id('group'), 'group', { transform: translation(5, 7) });
    page.show(addLayer(page.document, group, { parent: null, index: Infinity }));
    await page.addLayer(createLayer('raster', id('dot'), 'dot'), noiseBlock(0, 0, 30, 20));
    page.show(moveLayers(page.document, [id('dot')], { parent: id('group'), index: 0 }));
    page.kernel.tell('activate', { layer: id('group'), together: [] });
    await page.quiet();
    const bounds = { x: 5, y: 7, width: 30, height: 20 };
    expect(page.state?.active).toEqual({ layer: 'group', bounds });
    page.kernel.tell('activate', { layer: id('dot'), together: [id('group')] });
    await page.quiet();
    expect(page.state?.active).toEqual({ layer: 'dot', bounds });
    expect(await page.kernel.call('boundsOf', { layers: [id('dot'), id('photo')] })).toEqual([bounds, whole]);
  });

  it('merges layers into pixels that look the same', async () => {
    await page.addLayer(
      createLayer('raster', id('top'), 'top', { opacity: 0.5, transform: compose(translation(40, 30), identity) }),
      noiseBlock(0, 0, 200, 200),
    );
    const before = await page.excerpt();
    const pixels = await page.kernel.call('merge', { layers: [id('photo'), id('top')], clip: whole });
    const merged = createLayer('raster', id('merged'), 'merged', { pixels });
    page.show(addLayer(createDocument(size), merged, { parent: null, index: 0 }));
    expect(firstDifference(await page.excerpt(), before)).toBe(-1);
  });

  it('gives thumbnails in the shape of the document', async () => {
    const thumbnail = await page.kernel.call('thumbnail', { source: { kind: 'picture' }, maxSide: 64 });
    expect([thumbnail.width, thumbnail.height, thumbnail.data.length]).toEqual([64, 43, 64 * 43 * 4]);
  });

  it('says so when a tile cannot be stored, and shows the document as it is', async () => {
    const before = new Uint8Array(await page.seen());
    page.isDiskFull = true;
    await expect(page.stroke(pixelsOf('photo'), [100, 100])).rejects.toThrow('disk full');
    expect(firstDifference(await page.seen(), before)).toBe(-1);
    page.isDiskFull = false;
    page.accept(await page.stroke(pixelsOf('photo'), [100, 100]));
    expect(at(await page.excerpt(), 100, 100)).toEqual([255, 0, 0, 255]);
  });

  it('compares with another state of the document', async () => {
    const { document } = page;
    page.accept(await page.stroke(pixelsOf('photo'), [100, 100]));
    page.look('picture', 'before');
    page.kernel.tell('compareWith', { document });
    expect(at(await page.seen('picture'), 100, 100)).toEqual([255, 0, 0, 255]);
    expect(at(await page.seen('before'), 100, 100)).not.toEqual([255, 0, 0, 255]);
  });

  it('stops long work when nobody waits for it any more', async () => {
    const controller = new AbortController();
    const change = page.kernel.call('changeSelection', { kind: 'grow', radius: 50 }, { signal: controller.signal });
    controller.abort();
    await expect(change).rejects.toMatchObject({ code: 'cancelled' });
    expect((await page.kernel.call('selectAll', null)).edits).toHaveLength(1);
  });
});
