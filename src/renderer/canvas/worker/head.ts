import { isCancelled } from '#base/abort';
import { toAppError, type AppError } from '#base/app-error';
import type { BlobName } from '#shared/contract/job-request';
import { documentReferences, type Document } from '#shared/document/document';
import { identity, invert, transformedBounds, unionRect, type Rect, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import type { Layer, LayerKind } from '#shared/document/layer';
import { documentTransform } from '#shared/document/layer-tree';
import { noPixels, type Pixels } from '#shared/document/pixels';
import type { PixelTarget } from '../../document/pixel-edits.ts';
import { transformSurface } from '../pixels/layering.ts';
import { sceneOf, type LayerPart, type Scene } from '../pixels/scene.ts';
import { contentBounds, emptyRect, emptySurface, type Channels, type Surface } from '../pixels/surface.ts';
import type { SurfaceStore } from './surface-store.ts';

interface Opened {
  readonly pixels: Pixels;
  surface: Surface;
  isWhole: boolean;
  done: Promise<Surface>;
}

type TargetName = `${LayerId}/${LayerPart}` | 'selection';

const nameOf = (target: PixelTarget): TargetName =>
  target.kind === 'selection' ? 'selection' : `${target.layer}/${target.part}`;

/**
 * A document with its pixels: those it names, as far as they have arrived, and over them the outcome of edits that the
 * document does not know of yet.
 */
export class Head {
  readonly #store: SurfaceStore;
  readonly #onProgress: () => void;
  readonly #onFault: (error: AppError) => void;
  #opened = new Map<TargetName, Opened>();
  readonly #pending = new Map<TargetName, { readonly surface: Surface; readonly edit: number }>();
  /** Being drawn on, or lifted from, at this moment. */
  readonly #live = new Map<TargetName, Surface>();
  /** Selections in document pixels, for the transform the document has. */
  #moved = new WeakMap<Surface, Surface>();
  document: Document;

  constructor(
    store: SurfaceStore,
    document: Document,
    events: { readonly onProgress: () => void; readonly onFault: (error: AppError) => void },
  ) {
    this.#store = store;
    this.#onProgress = events.onProgress;
    this.#onFault = events.onFault;
    this.document = document;
    this.show(document);
  }

  /** Takes another state of the document; what its pixels were stays in sight until the new ones have arrived. */
  show(document: Document): void {
    if (document.selection?.transform !== this.document.selection?.transform) this.#moved = new WeakMap();
    this.document = document;
    const opened = new Map<TargetName, Opened>();
    for (const { target, pixels, channels } of targetsOf(document)) {
      const name = nameOf(target);
      const old = this.#opened.get(name);
      opened.set(name, old && isSame(old.pixels, pixels) ? old : this.#open(name, pixels, channels, old));
    }
    this.#opened = opened;
  }

  /** Names of all blobs the document mentions. */
  get names(): Set<BlobName> {
    return new Set(documentReferences(this.document).map(({ blob }) => blob));
  }

  /** How many targets are not whole yet. */
  get loading(): number {
    return [...this.#opened.values()].filter(({ isWhole }) => !isWhole).length;
  }

  /** Resolves when everything is there, or cannot be had. */
  async loaded(): Promise<void> {
    await Promise.allSettled([...this.#opened.values()].map(({ done }) => done));
  }

  /** What a target shows at this moment. */
  surface(target: PixelTarget): Surface {
    return this.#live.get(nameOf(target)) ?? this.still(target);
  }

  /** The same, once all of it is there; without what is being drawn. */
  async whole(target: PixelTarget): Promise<Surface> {
    const name = nameOf(target);
    const surface = this.#pending.get(name)?.surface ?? (await this.#opened.get(name)?.done);
    return surface ?? emptySurface(channelsOf(this.document, target));
  }

  /** Shows the outcome of an edit before the document knows of it. */
  expect(target: PixelTarget, surface: Surface, edit: number): void {
    this.#pending.set(nameOf(target), { surface, edit });
  }

  /** Forgets outcomes: the document has them by now, or will never have them. */
  settle(edits: readonly number[]): void {
    for (const [name, { edit }] of this.#pending) if (edits.includes(edit)) this.#pending.delete(name);
  }

  /** Shows a surface whose tiles change while it is shown; null ends that. */
  setLive(target: PixelTarget, surface: Surface | null): void {
    if (surface) this.#live.set(nameOf(target), surface);
    else this.#live.delete(nameOf(target));
  }

  readonly isLive = (surface: Surface): boolean => {
    for (const live of this.#live.values()) if (live === surface) return true;
    return false;
  };

  scene(kinds: readonly LayerKind[]): Scene {
    return sceneOf(this.document, kinds, (layer, part) => this.surface({ kind: 'layer', layer: layer.id, part }));
  }

  /** The same without what is being drawn: its tiles do not change any more. */
  still(target: PixelTarget): Surface {
    const name = nameOf(target);
    const surface = this.#pending.get(name)?.surface ?? this.#opened.get(name)?.surface;
    return surface ?? emptySurface(channelsOf(this.document, target));
  }

  /** Where a layer has pixels, in document pixels; of a group, where its layers do. */
  boundsOf(layer: LayerId): Rect {
    const record = this.document.layers[layer];
    if (record?.kind === 'group') return record.children.map((id) => this.boundsOf(id)).reduce(unionRect, emptyRect);
    const surface = this.still({ kind: 'layer', layer, part: 'pixels' });
    return transformedBounds(documentTransform(this.document, layer), contentBounds(surface));
  }

  /** What is selected, in document pixels, with what is being drawn. */
  get selection(): Surface {
    return this.#live.get('selection') ?? this.stillSelection;
  }

  get stillSelection(): Surface {
    return this.#inDocument(this.still({ kind: 'selection' }));
  }

  async wholeSelection(): Promise<Surface> {
    return this.#inDocument(await this.whole({ kind: 'selection' }));
  }

  /** Edited selections are in document pixels already, others lie as the document says. */
  #inDocument(surface: Surface): Surface {
    const fromSource = this.#pending.has('selection') ? identity : (this.document.selection?.transform ?? identity);
    const toSource = invert(fromSource);
    if (!toSource || isIdentity(fromSource)) return surface;
    let moved = this.#moved.get(surface);
    if (!moved) this.#moved.set(surface, (moved = transformSurface({ surface, fromSource, toSource })));
    return moved;
  }

  #open(name: TargetName, pixels: Pixels, channels: Channels, old: Opened | undefined): Opened {
    const before = old?.surface.channels === channels ? old.surface : emptySurface(channels);
    const opening = this.#store.open(pixels, channels, {
      before,
      onProgress: (surface) => update(surface, false),
    });
    const opened: Opened = { pixels, ...opening };
    const update = (surface: Surface, isWhole: boolean): void => {
      opened.surface = surface;
      opened.isWhole = isWhole;
      if (this.#opened.get(name) === opened) this.#onProgress();
    };
    if (!opening.isWhole) {
      opened.done.then(
        (surface) => update(surface, true),
        (error: unknown) => {
          if (!isCancelled(error)) this.#onFault(toAppError(error));
        },
      );
    }
    return opened;
  }
}

interface NamedPixels {
  readonly target: PixelTarget;
  readonly pixels: Pixels;
  readonly channels: Channels;
}

function targetsOf(document: Document): NamedPixels[] {
  const named: NamedPixels[] = [];
  for (const layer of Object.values(document.layers)) {
    const target = (part: LayerPart): PixelTarget => ({ kind: 'layer', layer: layer.id, part });
    if (layer.kind !== 'group') {
      named.push({ target: target('pixels'), pixels: layer.pixels, channels: channelsOfLayer(layer) });
    }
    if (layer.mask) named.push({ target: target('mask'), pixels: layer.mask.pixels, channels: 1 });
  }
  named.push({ target: { kind: 'selection' }, pixels: document.selection?.pixels ?? noPixels, channels: 1 });
  return named;
}

const channelsOfLayer = (layer: Layer): Channels => (layer.kind === 'mask' ? 1 : 4);

function channelsOf(document: Document, target: PixelTarget): Channels {
  if (target.kind === 'selection' || target.part === 'mask') return 1;
  const layer = document.layers[target.layer];
  return layer ? channelsOfLayer(layer) : 4;
}

const isIdentity = ({ a, b, c, d, e, f }: Transform): boolean =>
  a === 1 && b === 0 && c === 0 && d === 1 && e === 0 && f === 0;

function isSame(one: Pixels, other: Pixels): boolean {
  if (one.kind === 'picture') return other.kind === 'picture' && one.blob === other.blob;
  if (one.kind === 'tiles') return other.kind === 'tiles' && one.index === other.index;
  return other.kind === 'empty';
}
