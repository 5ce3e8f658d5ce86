/** @file What a library must hold after a crash: all that was acknowledged, and nothing that was not asked for. */
import { isDeepStrictEqual } from 'node:util';

import type { Library } from '#host/library/library';
import type { Document } from '#shared/document/document';
import { zDocumentId, zNodeId, type DocumentId, type NodeId } from '#shared/document/ids';
import { decodeTileIndex } from '#shared/document/tile-index';
import { zJobId } from '#shared/contract/job-events';
import { zGalleryId } from '#shared/library/gallery-item';

import { documentOf, galleryItem, tilesOf, type Operation, type Report } from './library-session.ts';

interface ExpectedDocument {
  /** Salts of the documents of nodes; the first node is found in the library. */
  readonly salts: Map<string, number>;
  readonly rootSalt: number;
  current: string | null;
  title: string;
  draft: string | null;
  readonly pinned: Set<string>;
}

/** Keeps what was acknowledged, and compares a library with it. */
export class LibraryOracle {
  /** Operations that were acknowledged. */
  operations = 0;
  readonly #documents = new Map<string, ExpectedDocument>();
  readonly #gallery = new Map<string, number>();
  readonly #jobs = new Map<string, 'queued' | 'running' | 'finished'>();
  /** Begun and not acknowledged: may be there or not. */
  #inFlight: Operation | undefined;

  hear({ phase, operation }: Report): void {
    if (phase === 'begun') {
      this.#inFlight = operation;
      return;
    }
    this.#inFlight = undefined;
    this.operations += 1;
    this.#apply(operation);
  }

  /** Everything that was acknowledged and is not there, in words. What is there of the operation in flight is taken in. */
  async losses(library: Library): Promise<string[]> {
    const losses: string[] = [];
    for (const id of await library.documents.ids()) {
      if (this.#documents.has(id)) continue;
      if (this.#inFlight?.type === 'create') this.#apply({ ...this.#inFlight, document: id });
      else losses.push(`document ${id} was never made`);
    }
    for (const [id, expected] of this.#documents) {
      losses.push(...(await this.#documentLosses(library, zDocumentId.parse(id), expected)));
    }
    losses.push(...(await this.#galleryLosses(library)), ...this.#jobLosses(library));
    this.#inFlight = undefined;
    return losses;
  }

  #apply(operation: Operation): void {
    switch (operation.type) {
      case 'create':
        this.#documents.set(operation.document!, {
          salts: new Map(),
          rootSalt: operation.salt,
          current: null,
          title: `Made ${operation.salt}`,
          draft: null,
          pinned: new Set(),
        });
        return;
      case 'show':
        this.#gallery.set(operation.item, operation.salt);
        return;
      case 'hide':
        this.#gallery.delete(operation.item);
        return;
      case 'queue':
        this.#jobs.set(operation.job, 'queued');
        return;
      case 'start':
        this.#jobs.set(operation.job, 'running');
        return;
      case 'finish':
        this.#jobs.set(operation.job, 'finished');
        return;
      case 'sweep':
      case 'compact':
      case 'reopen':
        return;
      default:
        applyToDocument(this.#documents.get(operation.document)!, operation);
    }
  }

  async #documentLosses(library: Library, id: DocumentId, expected: ExpectedDocument): Promise<string[]> {
    const losses: string[] = [];
    const lost = (what: string) => losses.push(`document ${id}: ${what}`);
    const document = await library.documents.open(id).catch((error: unknown) => void lost(String(error)));
    if (!document) return losses;
    if (document.problems.some((problem) => !problem.includes('unfinished step'))) lost(document.problems.join('; '));
    const { tree } = document;
    const inFlight = this.#inFlight;
    if (inFlight && 'document' in inFlight && inFlight.document === id) takeIn(expected, inFlight, document.tree);

    const check = async (node: NodeId, salt: number) => {
      const found = await document.document(node).catch((error: unknown) => void lost(`${node}: ${String(error)}`));
      if (found)
        losses.push(...(await pixelLosses(library, found, salt)).map((what) => `document ${id}, ${node}: ${what}`));
    };
    if (tree.root !== null) await check(tree.root, expected.rootSalt);
    for (const [node, salt] of expected.salts) {
      if (tree.nodes.has(zNodeId.parse(node))) await check(zNodeId.parse(node), salt);
      else lost(`step ${node}`);
    }
    const current = expected.current ?? tree.root;
    if (tree.current !== current) lost(`is at ${tree.current}, not ${current}`);
    if (tree.title !== expected.title) lost(`is called ${tree.title}, not ${expected.title}`);
    if ((tree.draft?.prompt ?? null) !== expected.draft) lost(`draft is ${tree.draft?.prompt}, not ${expected.draft}`);
    for (const node of expected.pinned) if (!tree.nodes.get(zNodeId.parse(node))?.pinned) lost(`${node} is not pinned`);
    await library.documents.close(id);
    return losses;
  }

  async #galleryLosses({ gallery, blobs }: Library): Promise<string[]> {
    const losses: string[] = [];
    const inFlight = this.#inFlight;
    if (inFlight?.type === 'show' && (await gallery.get(zGalleryId.parse(inFlight.item)))) this.#apply(inFlight);
    if (inFlight?.type === 'hide' && !(await gallery.get(zGalleryId.parse(inFlight.item)))) this.#apply(inFlight);
    for (const [id, salt] of this.#gallery) {
      const item = await gallery.get(zGalleryId.parse(id));
      if (!isDeepStrictEqual(item, galleryItem(id, salt))) losses.push(`gallery item ${id}`);
      else if (!(await blobs.verify(item!.blob))) losses.push(`picture of gallery item ${id}`);
    }
    const count = await gallery.count();
    if (count !== this.#gallery.size) losses.push(`the gallery has ${count} items, not ${this.#gallery.size}`);
    return losses;
  }

  /** A job that ran when the program went away waits again, or has failed after the second time. */
  #jobLosses({ jobs }: Library): string[] {
    const losses: string[] = [];
    const allowed = {
      queued: ['queued'],
      running: ['queued', 'failed'],
      finished: ['finished'],
      inFlight: ['queued', 'failed', 'finished'],
    } as const;
    for (const [id, state] of this.#jobs) {
      const found = jobs?.get(zJobId.parse(id))?.state;
      const inFlight = this.#inFlight;
      const isInFlight = inFlight !== undefined && 'job' in inFlight && inFlight.job === id;
      const states: readonly string[] = allowed[isInFlight ? 'inFlight' : state];
      if (found === undefined || !states.includes(found)) losses.push(`job ${id} is ${found}, was ${state}`);
      if (found === 'queued' || found === 'finished') this.#jobs.set(id, found);
      else this.#jobs.delete(id);
    }
    return losses;
  }
}

function applyToDocument(
  document: ExpectedDocument,
  operation: Extract<Operation, { type: 'commit' | 'go' | 'rename' | 'draft' | 'pin' }>,
): void {
  switch (operation.type) {
    case 'commit':
      document.salts.set(operation.node, operation.salt);
      document.current = operation.node;
      document.draft = null;
      return;
    case 'go':
      document.current = operation.node;
      document.draft = null;
      return;
    case 'rename':
      document.title = operation.title;
      return;
    case 'draft':
      document.draft = operation.prompt;
      return;
    case 'pin':
      document.pinned.add(operation.node);
  }
}

/** Takes in an operation that was not acknowledged, if it is there all the same. */
function takeIn(
  expected: ExpectedDocument,
  operation: Extract<Operation, { document?: string }>,
  tree: {
    readonly nodes: ReadonlyMap<NodeId, unknown>;
    readonly current: NodeId | null;
    readonly title: string;
    readonly draft: { readonly prompt: string } | null;
  },
): void {
  if (operation.type === 'create' || operation.type === 'reopen') return;
  const isThere =
    (operation.type === 'commit' && tree.nodes.has(zNodeId.parse(operation.node))) ||
    (operation.type === 'go' && tree.current === operation.node) ||
    (operation.type === 'rename' && tree.title === operation.title) ||
    (operation.type === 'draft' && tree.draft?.prompt === operation.prompt);
  if (isThere) applyToDocument(expected, operation);
}

async function pixelLosses({ blobs }: Library, found: Document, salt: number): Promise<string[]> {
  const layer = Object.values(found.layers)[0];
  const pixels = layer?.kind === 'raster' && layer.pixels.kind === 'tiles' ? layer.pixels : undefined;
  if (!pixels || !isDeepStrictEqual(found, documentOf(salt, pixels.index))) return ['another document'];
  try {
    const tiles = [...decodeTileIndex(await blobs.read(pixels.index)).tiles.values()];
    const bytes = await Promise.all(tiles.map((tile) => blobs.read(tile)));
    return tilesOf(salt).every((tile, index) => bytes[index]?.equals(tile)) ? [] : ['other pixels'];
  } catch (error) {
    return [String(error)];
  }
}
