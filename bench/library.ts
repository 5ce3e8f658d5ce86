/** @file Speeds of the library that its documentation states: opening a long history, searching a large gallery. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Gallery } from '#host/library/gallery/gallery';
import { encodeGalleryEvent } from '#host/library/gallery/gallery-event';
import { encodeEvent } from '#host/library/documents/document-record';
import { DocumentStore } from '#host/library/documents/document-store';
import { LibraryIndex } from '#host/library/index/library-index';
import { Journal } from '#host/library/journal/journal';
import { zBlobName, zJobRequest } from '#shared/contract/job-request';
import { setLayerPixels, addLayer } from '#shared/document/layer-operations';
import { createLayer } from '#shared/document/layer';
import { createDocument } from '#shared/document/document';
import { zDocumentId, zLayerId, zNodeId } from '#shared/document/ids';
import { zGalleryId, zGalleryItem } from '#shared/library/gallery-item';

interface Measurement {
  readonly what: string;
  readonly ms: number;
}

const layerCount = 8;
const nodeCount = 10_000;
const pictureCount = 100_000;

const things = [
  'turtle',
  'brass lamp',
  'orange cat',
  'lighthouse',
  'teapot',
  'robot',
  '橙色的猫',
  '黄铜灯',
  '灯塔',
  '茶壶',
];
const places = ['in the snow', 'at night', 'on a table', 'by the sea', '在雪地里', '在海边', 'under a tree', '在夜里'];

const folder = await mkdtemp(join(tmpdir(), 'ovis-bench-'));
try {
  for (const { what, ms } of [...(await measureHistory()), ...(await measureGallery())]) {
    console.log(`${ms.toFixed(1).padStart(9)} ms  ${what}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Strokes on a document of several layers, each step with its whole document. */
async function measureHistory(): Promise<Measurement[]> {
  const store = await DocumentStore.open(join(folder, 'documents'), join(folder, 'trash'), { purpose: 'a benchmark' });
  const ids = Array.from({ length: layerCount }, (_, index) => zLayerId.parse(`layer-${index}`));
  const start = ids.reduce(
    (document, id) => addLayer(document, createLayer('raster', id, `Layer ${id}`), { parent: null, index: 0 }),
    createDocument({ width: 4096, height: 4096 }),
  );
  const records: Buffer[] = [await encodeEvent({ type: 'title', title: 'A long day' })];
  let document = start;
  for (let index = 0; index < nodeCount; index += 1) {
    const bounds = { x: 0, y: 0, width: 4096, height: 4096 };
    document = setLayerPixels(document, ids[index % layerCount]!, { kind: 'tiles', index: blobName(index), bounds });
    const node = {
      id: zNodeId.parse(`node-${index}`),
      parent: index === 0 ? null : zNodeId.parse(`node-${index - 1}`),
      label: { what: 'brush' as const },
      kind: 'paint' as const,
      createdAt: index,
      thumbnail: blobName(index + nodeCount),
      recipe: null,
      name: null,
      pinned: false,
      stale: false,
    };
    records.push(await encodeEvent({ type: 'commit', node }, document));
  }
  const id = zDocumentId.parse(await store.createFromRecords(records));
  const bytes = (await store.changedAt(id)).sizeBytes;
  const open = async () => {
    const opened = await store.open(id);
    if (opened.tree.nodes.size !== nodeCount) throw new Error('Some steps are missing');
    await opened.current();
  };
  const size = `${nodeCount.toLocaleString('en')} steps, ${(bytes / 1e6).toFixed(1)} MB`;
  const cold = await timed(`open a document of ${size}, from its journal alone`, open);
  await store.closeAll();

  const snapshotted = await timed('the same from its snapshot', open);
  const opened = await store.open(id);
  const steps = 50;
  const go = await timed(`${steps} undo steps, each synced to the disk`, async () => {
    for (let step = 1; step <= steps; step += 1) await opened.go(zNodeId.parse(`node-${nodeCount - 1 - step}`));
  });
  await store.closeAll();
  return [cold, snapshotted, go];
}

async function measureGallery(): Promise<Measurement[]> {
  const { journal } = await Journal.open(join(folder, 'gallery'));
  await journal.rewrite(Array.from({ length: pictureCount }, (_, index) => encodeGalleryEvent(entry(index))));
  await journal.close();
  const index = new LibraryIndex(join(folder, 'index.sqlite'));
  const gallery = new Gallery(folder, index, { purpose: 'a benchmark' });
  const size = pictureCount.toLocaleString('en');
  const measurements = [
    await timed(`index ${size} pictures from the journal`, () => gallery.count()),
    await timed('ask again what has not changed', () => gallery.count()),
    await timed('first page, no filter', () => gallery.page()),
    await timed('one page in the middle', () => gallery.page({}, { before: pictureCount / 2 })),
  ];
  const questions = ['turtle', 'brass lamp at night', 't', '猫', '橙色的猫', '雪地 灯', 'rare77', 'nothing like it'];
  for (const text of questions) {
    measurements.push(await timed(`search “${text}”, first page`, () => gallery.page({ text })));
    const count = await gallery.count({ text });
    measurements.push(await timed(`  count of the same: ${count.toLocaleString('en')}`, () => gallery.count({ text })));
  }
  measurements.push(await timed('tag and words', () => gallery.page({ tags: ['tag 7'], text: 'turtle' })));
  let pages = 0;
  const scroll = await timed('scroll through everything', async () => {
    let before: number | null = null;
    do {
      before = (await gallery.page({}, { before, limit: 200 })).next;
      pages += 1;
    } while (before !== null);
  });
  measurements.push({ what: `${scroll.what}: ${pages} pages of 200`, ms: scroll.ms });
  measurements.push(await timed('add one picture', async () => gallery.put([entry(pictureCount).item])));
  index.close();
  return measurements;
}

function entry(index: number) {
  const prompt = `A flat illustration of ${things[index % 10]} ${places[(index >> 3) % 8]}, number ${index}, rare${index % 5000}`;
  const recipe = zJobRequest.parse({
    kind: 'generate',
    model: 'ovis-u1-nano',
    precision: 'int8',
    prompt,
    seed: index,
    steps: 20,
    textGuidance: 5,
    width: 256,
    height: 256,
  });
  const item = zGalleryItem.parse({
    version: 1,
    id: zGalleryId.parse(`picture-${index}`),
    blob: blobName(index),
    width: 256,
    height: 256,
    addedAt: index,
    origin: 'made',
    fileName: null,
    recipe,
    caption: `The picture shows ${things[(index >> 2) % 10]} in soft colours; calm space at the left.`,
    tags: [`tag ${index % 50}`, things[index % 10]],
    favourite: index % 100 === 0,
    job: null,
    document: null,
    node: null,
    trashedAt: null,
  });
  return { type: 'put' as const, item };
}

function blobName(index: number) {
  return zBlobName.parse(index.toString(16).padStart(64, '0'));
}

/** The median of several runs of what is quick, one run of what is slow. */
async function timed(what: string, work: () => Promise<unknown>): Promise<Measurement> {
  const runs: number[] = [];
  do {
    const start = performance.now();
    await work();
    runs.push(performance.now() - start);
  } while (runs.length < 5 && runs[0]! < 100 && !what.startsWith('open') && !what.startsWith('the same'));
  return { what, ms: runs.sort((one, other) => one - other)[runs.length >> 1]! };
}
