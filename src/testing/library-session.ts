/** @file What a user does to a library, at random but repeatably, and what must be there of it after a crash. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

import type { Library } from '#host/library/library';
import { zJobId, type JobId } from '#shared/contract/job-events';
import { createDocument, type Document } from '#shared/document/document';
import { addLayer, setLayerPixels } from '#shared/document/layer-operations';
import { createLayer } from '#shared/document/layer';
import { zDocumentId, zLayerId, zNodeId, type DocumentId } from '#shared/document/ids';
import { defaultPromptState } from '#shared/document/prompt-state';
import { encodeTileIndex, tileByteLength, tileKey } from '#shared/document/tile-index';
import { zGalleryId, type GalleryItem } from '#shared/library/gallery-item';

import { buildGalleryItem, buildNode, buildRequest } from './library-builders.ts';

/** One thing that is done; plain, so that it can be told to another process. */
export type Operation =
  | { readonly type: 'create'; readonly salt: number; readonly document?: string }
  | {
      readonly type: 'commit';
      readonly document: string;
      readonly node: string;
      readonly parent: string;
      readonly salt: number;
    }
  | { readonly type: 'go'; readonly document: string; readonly node: string }
  | { readonly type: 'rename'; readonly document: string; readonly title: string }
  | { readonly type: 'draft'; readonly document: string; readonly prompt: string }
  | { readonly type: 'pin'; readonly document: string; readonly node: string }
  | { readonly type: 'reopen'; readonly document: string }
  | { readonly type: 'show'; readonly item: string; readonly salt: number }
  | { readonly type: 'hide'; readonly item: string }
  | { readonly type: 'queue'; readonly job: string; readonly salt: number }
  | { readonly type: 'start' | 'finish'; readonly job: string }
  | { readonly type: 'sweep' }
  | { readonly type: 'compact' };

/** `begun` before an operation, `done` once the library has acknowledged it. */
export type Report = { readonly phase: 'begun' | 'done'; readonly operation: Operation };

/** Resolves once the report cannot be lost any more, whatever happens to this process. */
export type Reporter = (report: Report) => Promise<void>;

/** A generator of numbers from 0 to 1 (mulberry32): the same seed gives the same session. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Works on a library until it is stopped; tells of each operation before and after. */
export class LibrarySession {
  readonly #library: Library;
  readonly #random: () => number;
  readonly #report: Reporter;
  readonly #prefix: string;
  #count = 0;

  /** @param prefix Distinguishes the names this session gives from those of sessions before. */
  constructor(library: Library, prefix: string, random: () => number, report: Reporter) {
    this.#library = library;
    this.#prefix = prefix;
    this.#random = random;
    this.#report = report;
  }

  async step(): Promise<void> {
    const operation = await this.#choose();
    await this.#report({ phase: 'begun', operation });
    const created = await this.#perform(operation);
    await this.#report({ phase: 'done', operation: created ? { ...operation, ...created } : operation });
  }

  async #choose(): Promise<Operation> {
    const { documents, gallery, jobs } = this.#library;
    const ids = await documents.ids();
    const [document] = this.#some(ids);
    if (document === undefined || this.#chance(ids.length < 3 ? 0.08 : 0.01))
      return { type: 'create', salt: this.#salt() };
    const { tree } = await documents.open(document);
    await documents.close(document);
    const [node = ''] = this.#some([...tree.nodes.keys()]);
    const name = this.#name();
    const [item] = this.#some((await gallery.page({}, { limit: 20 })).items);
    const waiting = jobs?.list().filter((job) => job.state === 'queued') ?? [];
    const running = jobs?.list().filter((job) => job.state === 'running') ?? [];
    const parent = this.#chance(0.8) ? tree.current! : node;
    const common: Operation = { type: 'commit', document, node: name, parent, salt: this.#salt() };
    const [operation] = this.#some<Operation>([
      ...Array.from({ length: 10 }, () => common),
      { type: 'go', document, node },
      { type: 'go', document, node },
      { type: 'rename', document, title: `Title ${name} 🐢` },
      { type: 'draft', document, prompt: `half a sentence ${name}` },
      { type: 'draft', document, prompt: `half a sentence ${name}, and more` },
      { type: 'pin', document, node },
      { type: 'reopen', document },
      { type: 'show', item: name, salt: this.#salt() },
      { type: 'show', item: name, salt: this.#salt() },
      ...(item ? [{ type: 'hide', item: item.id } as const] : []),
      { type: 'queue', job: uuidOf(name), salt: this.#salt() },
      ...waiting.slice(0, 1).map((job) => ({ type: 'start', job: job.id }) as const),
      ...running.slice(0, 1).map((job) => ({ type: 'finish', job: job.id }) as const),
      { type: 'sweep' },
      { type: 'compact' },
    ]);
    return operation!;
  }

  async #perform(operation: Operation): Promise<{ document: DocumentId } | undefined> {
    const { documents, gallery, jobs } = this.#library;
    switch (operation.type) {
      case 'create': {
        const document = await storedDocument(this.#library, operation.salt);
        return { document: await documents.create(document, { title: `Made ${operation.salt}` }) };
      }
      case 'show':
        await this.#library.blobs.put(pictureBytes(operation.salt));
        await gallery.put([galleryItem(operation.item, operation.salt)]);
        return undefined;
      case 'hide':
        await gallery.remove([zGalleryId.parse(operation.item)]);
        return undefined;
      case 'queue':
        await jobs?.add(zJobId.parse(operation.job), buildRequest(`salt ${operation.salt}`));
        return undefined;
      case 'start':
        await jobs?.change(zJobId.parse(operation.job), { type: 'started' });
        return undefined;
      case 'finish':
        await jobs?.change(zJobId.parse(operation.job), { type: 'finished', text: 'done' });
        return undefined;
      case 'sweep':
        // As if the grace time were over for everything: only what is referred to may stay.
        await this.#library.sweep({ graceMs: -1 });
        return undefined;
      case 'compact':
        await gallery.compact();
        return undefined;
      default:
        await this.#edit(operation);
        return undefined;
    }
  }

  async #edit(operation: Extract<Operation, { document: string }>): Promise<void> {
    const { documents } = this.#library;
    const id = zDocumentId.parse(operation.document);
    const document = await documents.open(id);
    try {
      switch (operation.type) {
        case 'commit': {
          const node = buildNode(operation.node, operation.parent);
          await document.commit({ node, document: await storedDocument(this.#library, operation.salt) });
          return;
        }
        case 'go':
          await document.go(zNodeId.parse(operation.node));
          return;
        case 'rename':
          await document.rename(operation.title);
          return;
        case 'draft':
          await document.saveDraft({ ...defaultPromptState, prompt: operation.prompt });
          return;
        case 'pin':
          await document.change(zNodeId.parse(operation.node), { pinned: true });
          return;
        default:
          // Closing tidies the journal and leaves a snapshot.
          return;
      }
    } finally {
      await documents.close(id);
    }
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #salt(): number {
    return Math.floor(this.#random() * 40);
  }

  #name(): string {
    return `${this.#prefix}-${(this.#count += 1)}`;
  }

  #some<T>(from: readonly T[]): [T?] {
    return from.length === 0 ? [] : [from[Math.floor(this.#random() * from.length)]!];
  }
}

const layer = zLayerId.parse('paint');
const bounds = { x: 0, y: 0, width: 512, height: 256 };

/** The document of a salt: two tiles, one of which it shares with its neighbours. Its blobs are stored. */
async function storedDocument({ blobs }: Library, salt: number): Promise<Document> {
  const [one, two] = tilesOf(salt);
  const tiles = [await blobs.put(one), await blobs.put(two)].map(({ name }) => name);
  const index = encodeTileIndex({
    channels: 4,
    tiles: new Map([
      [tileKey(0, 0), tiles[0]!],
      [tileKey(1, 0), tiles[1]!],
    ]),
  });
  return documentOf(salt, (await blobs.put(index)).name);
}

export function documentOf(salt: number, index: string): Document {
  const base = createDocument({ width: 512, height: 256 }, { pixelsPerInch: 72 + salt });
  const empty = addLayer(base, createLayer('raster', layer, `Salt ${salt}`), { parent: null, index: 0 });
  return setLayerPixels(empty, layer, { kind: 'tiles', index: index as never, bounds });
}

export function tilesOf(salt: number): [Buffer, Buffer] {
  const tile = (value: number) => deflateSync(Buffer.alloc(tileByteLength(4), value), { level: 1 });
  return [tile(salt), tile(100 + (salt >> 2))];
}

export function pictureBytes(salt: number): Buffer {
  return Buffer.from(`picture of salt ${salt}`);
}

export function galleryItem(id: string, salt: number): GalleryItem {
  const recipe = buildRequest(`salt ${salt}`, { seed: salt });
  return buildGalleryItem(id, sha256Hex(pictureBytes(salt)), { addedAt: salt, recipe, caption: `salt ${salt} 盐` });
}

/** A UUID made of a name: the same name gives the same one. */
function uuidOf(name: string): JobId {
  const hex = sha256Hex(Buffer.from(name));
  return zJobId.parse(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
}

const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
