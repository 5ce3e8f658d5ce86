import { resize } from '#raster/resize';
import {
  compose,
  identity,
  intersectRect,
  invert,
  isEmptyRect,
  scaling,
  transformedBounds,
  type Rect,
} from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { documentTransform } from '#shared/document/layer-tree';
import type { Colour } from '../pixels/colour.ts';
import { Composer } from '../pixels/composer.ts';
import { composeBlock, coverOf, cutBy, meanColour } from '../pixels/excerpt.ts';
import { flood } from '../pixels/flood.ts';
import { reachOfRect, type Placed } from '../pixels/layering.ts';
import { sampleSurface } from '../pixels/sample.ts';
import { alone, findNode, reachOfNode, type LayerPart, type PixelNode, type Scene } from '../pixels/scene.ts';
import { changeSelection, combineSelections } from '../pixels/selection.ts';
import { contentBounds, emptySurface, surfaceOf, tileRect, type Block, type Surface } from '../pixels/surface.ts';
import type { Head } from './head.ts';
import type { Excerpt, FloodSettings, Source } from './protocol.ts';
import { handingOver } from './rpc.ts';
import { runSteps, type Pause } from './steps.ts';

/** What a source shows in document pixels: colours that are composed, or the one channel of a mask. */
type Reading =
  | { readonly kind: 'colour'; readonly composer: Composer; readonly bounds: Rect }
  | { readonly kind: 'cover'; readonly cover: Placed; readonly bounds: Rect };

interface Options {
  readonly signal?: AbortSignal | undefined;
}

/** Reads parts of a document, in document pixels: for the model, the clipboard, thumbnails and tools. */
export class Sources {
  readonly #head: Head;
  readonly #pause: Pause;

  constructor(head: Head, pause: Pause) {
    this.#head = head;
    this.#pause = pause;
  }

  get documentRect(): Rect {
    const { width, height } = this.#head.document;
    return { x: 0, y: 0, width, height };
  }

  /** @param rect - null takes all there is within the document */
  async excerpt(source: Source, rect: Rect | null, selected: boolean, { signal }: Options = {}): Promise<Excerpt> {
    await this.#head.loaded();
    const selection = await this.#head.wholeSelection();
    const isCut = selected && selection.tiles.size > 0;
    const reading = await this.#read(source, { signal });
    let wanted = rect ?? intersectRect(reading.bounds, this.documentRect);
    if (isCut) wanted = intersectRect(wanted, contentBounds(selection));
    const block = await this.#block(reading, 0, wanted, { signal });
    if (isCut) cutBy(block, { surface: selection, toSource: identity, fromSource: identity });
    return excerptOf(block);
  }

  /** The whole document's frame with the source in it, no side longer than `maxSide`. */
  async thumbnail(source: Source, maxSide: number, { signal }: Options = {}): Promise<Excerpt> {
    const reading = await this.#read(source, { signal });
    const { width, height } = this.#head.document;
    const level = Math.max(0, Math.floor(Math.log2(Math.max(width, height) / maxSide)));
    const rect = transformedBounds(scaling(1 / 2 ** level, 1 / 2 ** level), this.documentRect);
    const block = await this.#block(reading, level, rect, { signal });
    const scale = Math.min(1, maxSide / Math.max(block.width, block.height));
    const size = {
      width: Math.max(1, Math.round(block.width * scale)),
      height: Math.max(1, Math.round(block.height * scale)),
    };
    return excerptOf({ ...block, ...resize(block, size), channels: block.channels });
  }

  /** The mean colour around a document pixel, of a layer or of all that can be seen; null where nothing is. */
  pick({ x, y }: { x: number; y: number }, radius: number, sample: LayerId | null): Colour | null {
    const side = 2 * radius + 1;
    const rect = { x: Math.floor(x) - radius, y: Math.floor(y) - radius, width: side, height: side };
    return meanColour(this.#composerFor(sample).block(0, intersectRect(rect, this.documentRect)));
  }

  /** The pixels that look like the one at a point, with edges smoothed by a pixel. */
  async like({ at, sample, tolerance, contiguous }: FloodSettings, { signal }: Options = {}): Promise<Surface> {
    await this.#head.loaded();
    const bounds = this.documentRect;
    const start = { x: Math.floor(at.x), y: Math.floor(at.y) };
    if (isEmptyRect(intersectRect({ ...start, width: 1, height: 1 }, bounds))) return emptySurface(1);
    const composer = this.#composerFor(sample);
    const options = { pause: this.#pause, signal };
    const found = await runSteps(
      flood((key) => composer.block(0, tileRect(key)).data, { at: start, tolerance, contiguous, bounds }),
      options,
    );
    return runSteps(changeSelection(found, { kind: 'feather', radius: 1 }, bounds), options);
  }

  /** Where a source has anything, and how much: alpha, or a mask's own values. */
  async cover(source: Source, { signal }: Options = {}): Promise<Surface> {
    await this.#head.loaded();
    const reading = await this.#read(source, { signal });
    const options = { pause: this.#pause, signal };
    if (reading.kind === 'cover') return runSteps(coverOf(reading.cover, this.documentRect), options);
    const block = await this.#block(reading, 0, this.documentRect, { signal });
    const data = block.data.filter((_, i) => i % 4 === 3);
    return surfaceOf({ ...block, channels: 1, data });
  }

  #composerFor(sample: LayerId | null): Composer {
    if (sample === null) return composerOf(this.#head.scene(['raster']));
    return composerOf(this.#sceneOfLayer(sample));
  }

  async #read(source: Source, options: Options): Promise<Reading> {
    switch (source.kind) {
      case 'picture':
        return { kind: 'colour', composer: this.#composerFor(null), bounds: this.documentRect };
      case 'selection':
        return coverReading({ surface: this.#head.stillSelection, toSource: identity, fromSource: identity });
      case 'masks':
        return coverReading({ surface: await this.#allMasks(options), toSource: identity, fromSource: identity });
      case 'layer':
        return this.#readLayer(source.layer, source.part);
    }
  }

  #readLayer(layer: LayerId, part: LayerPart): Reading {
    const record = this.#head.document.layers[layer];
    if (part === 'mask' || record?.kind === 'mask') return coverReading(this.#placed(layer, part));
    const scene = this.#sceneOfLayer(layer);
    const bounds = scene.map(reachOfNode)[0] ?? this.documentRect;
    return { kind: 'colour', composer: composerOf(scene), bounds };
  }

  /** A layer by itself, hidden or not; of a group, what can be seen of it. */
  #sceneOfLayer(layer: LayerId): Scene {
    if (this.#head.document.layers[layer]?.kind === 'group') {
      const node = findNode(this.#head.scene(['raster', 'control', 'reference']), layer);
      return node ? [alone(node)] : [];
    }
    const pixels = this.#placed(layer, 'pixels');
    const node: PixelNode = {
      kind: 'pixels',
      id: layer,
      opacity: 1,
      blend: 'normal',
      mask: undefined,
      tint: undefined,
      pixels,
    };
    return pixels.surface.channels === 4 ? [node] : [];
  }

  #placed(layer: LayerId, part: LayerPart): Placed {
    const surface = this.#head.still({ kind: 'layer', layer, part });
    const fromSource = documentTransform(this.#head.document, layer);
    const toSource = invert(fromSource);
    if (!toSource) return { surface: emptySurface(surface.channels), toSource: identity, fromSource: identity };
    return { surface, fromSource, toSource };
  }

  async #allMasks({ signal }: Options): Promise<Surface> {
    let all = emptySurface(1);
    for (const layer of Object.values(this.#head.document.layers)) {
      if (layer.kind !== 'mask' || !layer.visible) continue;
      const steps = coverOf(this.#placed(layer.id, 'pixels'), this.documentRect);
      all = combineSelections(all, await runSteps(steps, { pause: this.#pause, signal }), 'add');
    }
    return all;
  }

  async #block(reading: Reading, level: number, rect: Rect, { signal }: Options): Promise<Block> {
    if (reading.kind === 'colour') {
      return runSteps(composeBlock(reading.composer, level, rect), { pause: this.#pause, signal });
    }
    const { surface, toSource } = reading.cover;
    return sampleSurface(surface, compose(toSource, scaling(2 ** level, 2 ** level)), rect);
  }
}

/** A composer for some layers, painted over nothing, as well as can be. */
export function composerOf(scene: Scene): Composer {
  const composer = new Composer({ interpolation: 'bicubic' });
  composer.update(scene, { active: null, changes: [] });
  return composer;
}

function coverReading(cover: Placed): Reading {
  return { kind: 'cover', cover, bounds: reachOfRect(cover.fromSource, contentBounds(cover.surface)) };
}

function excerptOf({ x, y, width, height, channels, data }: Block): Excerpt {
  const bytes = data as Uint8Array<ArrayBuffer>;
  return handingOver({ x, y, width, height, channels, data: bytes }, [bytes.buffer]);
}
