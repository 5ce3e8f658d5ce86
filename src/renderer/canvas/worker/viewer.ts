import { identity, isEmptyRect, unionRect, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import type { LayerKind } from '#shared/document/layer';
import type { PixelTarget } from '../../document/pixel-edits.ts';
import { Composer } from '../pixels/composer.ts';
import { paintScene } from '../pixels/compose.ts';
import { reachOfRect, type Placed } from '../pixels/layering.ts';
import { outlineOf } from '../pixels/outline.ts';
import {
  alone,
  contains,
  findNode,
  reachOfNode,
  sceneDifference,
  type PixelNode,
  type Scene,
  type SceneChange,
} from '../pixels/scene.ts';
import { contentBounds, createBlock, emptyRect, isBlank, type Block, type Surface } from '../pixels/surface.ts';
import { splitScene } from '../pixels/split.ts';
import type { Head } from './head.ts';
import { PlatePainter } from './plate-painter.ts';
import type { KernelState, Look, PageMethods, PlateId, PlateInfo } from './protocol.ts';
import type { Remote } from './rpc.ts';
import type { Pause } from './steps.ts';

/** What the eye sees. Masks are shown over it as tints; they and what guides the model are no part of the picture. */
const seenKinds: readonly LayerKind[] = ['raster', 'control', 'reference'];

/** How long pixels that arrive wait to be shown: at first, and at most. */
const firstArrivalMs = 30;
const mostArrivalMs = 1000;

const selectionId = 'selection' as LayerId;

/** Layers taken out of the picture while they are moved. */
interface Parting {
  readonly layers: readonly LayerId[];
  /** Pixels that are moved instead of the layer's own. */
  readonly piece: Placed | null;
}

/** Shows a head to the page: composes what it looks at, and tells it what has changed. */
export class Viewer {
  readonly #head: Head;
  readonly #page: Remote<PageMethods>;
  readonly #painter: PlatePainter;
  readonly #composer: Composer;
  #picture: Scene = [];
  #tints: Scene = [];
  #active: LayerId | null = null;
  #together: readonly LayerId[] = [];
  #look: Look = { plates: [], outline: { level: 0, rect: emptyRect }, selectionTint: null };
  #parting: Parting | null = null;
  /** What is drawn instead of the picture while it is parted, and a little longer. */
  #parts = new Map<PlateId, Composer>();
  /** The picture as the page has it, or has been told that it changed. */
  #toldPicture: Scene = [];
  #before: { readonly head: Head; readonly composer: Composer; scene: Scene } | null = null;
  #lastState = '';
  #arrivalMs = firstArrivalMs;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #lastOutline: { readonly selection: Surface; readonly outline: Look['outline'] } | null = null;

  constructor(head: Head, page: Remote<PageMethods>, pause: Pause) {
    this.#head = head;
    this.#page = page;
    this.#composer = new Composer({ isLive: head.isLive });
    this.#painter = new PlatePainter({
      compose: (plate, level, rect) => this.#compose(plate, level, rect),
      send: (painted) => page.tell('painted', painted, painted.data ? [painted.data.buffer] : []),
      pause,
    });
  }

  /** Shows the head as it is now, and has painted again only what differs. */
  refresh(): void {
    const changes = this.#takePicture();
    if (!this.#parting) this.#tellPicture();
    else if (changes.length > 0) {
      this.#buildParts(this.#parting);
      this.#painter.invalidate([...this.#parts.keys()], rectsOf(changes));
    }
    this.#refreshTints();
    this.#announce();
  }

  /**
   * Shows pixels that have arrived: now and then while many do, and less often the longer they take, for every time the
   * picture is composed anew.
   */
  refreshSoon(): void {
    if (this.#soon !== undefined) return;
    const delayMs = Math.min(mostArrivalMs, this.#arrivalMs);
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.refresh();
      this.#refreshBefore();
      this.#arrivalMs = this.#head.loading === 0 ? firstArrivalMs : delayMs * 2;
    }, delayMs);
  }

  activate(layer: LayerId | null, together: readonly LayerId[]): void {
    this.#together = together;
    if (layer === this.#active) return this.#announce();
    this.#active = layer;
    this.#composer.update(this.#picture, { active: layer, changes: [] });
    this.#announce();
  }

  look(look: Look): void {
    const hasNewTint = JSON.stringify(look.selectionTint) !== JSON.stringify(this.#look.selectionTint);
    this.#look = look;
    this.#painter.look(look.plates);
    if (hasNewTint) this.#refreshTints();
    this.#outline();
  }

  /** A stroke has changed some of a target's pixels, in the target's coordinates. */
  drawn(target: PixelTarget, rect: Rect): void {
    // The stroke may have a new tile: the scene's surfaces are taken anew, but only the rectangle has to be painted.
    const hasArrivals = this.#soon !== undefined;
    this.#takePicture({ active: target.kind === 'layer' ? target.layer : this.#active });
    // Pixels that have arrived elsewhere are told of when their time has come.
    if (!hasArrivals) this.#toldPicture = this.#picture;
    this.#refreshTints();
    const fromSource = target.kind === 'selection' ? identity : this.#placeOf(target)?.fromSource;
    // What is hidden can be drawn on, unseen.
    if (fromSource) this.#painter.invalidate(['picture', 'tint'], [reachOfRect(fromSource, rect)]);
  }

  /**
   * Takes layers out of the picture, or only a piece of one. The picture itself is not painted until that ends.
   * @returns what there is to draw instead, bottom first
   */
  part(layers: readonly LayerId[], piece: Placed | null): PlateInfo[] {
    this.#parting = { layers, piece };
    this.#painter.hold(['picture']);
    this.#takePicture();
    const infos = this.#buildParts(this.#parting);
    this.#refreshTints();
    return infos;
  }

  /** Puts the picture together again; the next `refresh` shows it as it is then. */
  unpart(): void {
    this.#parting = null;
    this.#painter.hold([]);
  }

  /** Shows another document beside this one; null ends that. */
  compareWith(head: Head | null): void {
    this.#before = head && { head, composer: new Composer({ isLive: head.isLive }), scene: [] };
    this.#refreshBefore();
  }

  #refreshBefore(): void {
    if (!this.#before) return;
    const scene = this.#before.head.scene(seenKinds);
    const changes = sceneDifference(this.#before.scene, scene);
    this.#before.scene = scene;
    this.#before.composer.update(scene, { active: null, changes });
    this.#painter.invalidate(['before'], rectsOf(changes));
  }

  /** Takes the picture as the head has it, and says what differs: nothing flattened of that is used any more. */
  #takePicture({ active = this.#active } = {}): SceneChange[] {
    const picture = this.#head.scene(seenKinds);
    const changes = sceneDifference(this.#picture, picture);
    this.#picture = picture;
    this.#composer.update(picture, { active, changes });
    return changes;
  }

  #tellPicture(): void {
    this.#painter.invalidate(['picture'], rectsOf(sceneDifference(this.#toldPicture, this.#picture)));
    this.#toldPicture = this.#picture;
  }

  #buildParts({ layers, piece }: Parting): PlateInfo[] {
    const split = splitScene(this.#picture, layers, piece);
    this.#parts = new Map();
    const infos: PlateInfo[] = [];
    const add = (plate: PlateId, scene: Scene, { opacity = 1, blend = 'normal' }: Partial<PlateInfo> = {}): void => {
      const composer = new Composer({ isLive: this.#head.isLive });
      composer.update(scene, { active: null, changes: [] });
      this.#parts.set(plate, composer);
      infos.push({ plate, opacity, blend, bounds: scene.map(reachOfNode).reduce(unionRect, emptyRect) });
    };
    add('below', split.below);
    const moving = [...split.moving, ...this.#masksAmong(layers)];
    const [single, ...others] = moving;
    // One layer blends as a whole on the page; a mask's tint is painted, never blended.
    if (!single || others.length > 0 || (single.kind === 'pixels' && single.tint)) add('moving', moving);
    else add('moving', [{ ...alone(single), mask: single.mask }], single);
    for (const [i, node] of split.above.entries()) add(`above-${i}`, node.scene, node);
    return infos;
  }

  #masksAmong(layers: readonly LayerId[]): Scene {
    const masks = this.#head.scene(['mask']);
    return layers.map((id) => findNode(masks, id)).filter((node) => node !== undefined);
  }

  #compose(plate: PlateId, level: number, rect: Rect): Block | null {
    if (plate === 'tint' && this.#tints.length === 0) return null;
    const block = this.#blockOf(plate, level, rect);
    return isBlank(block.data) ? null : block;
  }

  #blockOf(plate: PlateId, level: number, rect: Rect): Block {
    if (plate === 'picture') return this.#composer.block(level, rect);
    if (plate === 'tint') {
      const block = createBlock(rect, 4);
      paintScene(block, this.#tints, { level, isLive: this.#head.isLive });
      return block;
    }
    const composer = plate === 'before' ? this.#before?.composer : this.#parts.get(plate);
    return composer ? composer.block(level, rect) : createBlock(rect, 4);
  }

  #refreshTints(): void {
    const tints = this.#tintScene();
    const changes = sceneDifference(this.#tints, tints);
    this.#tints = tints;
    this.#painter.invalidate(['tint'], rectsOf(changes));
  }

  #tintScene(): Scene {
    const moving = this.#parting?.layers ?? [];
    const masks = this.#head.scene(['mask']).filter((node) => !moving.some((id) => contains(node, id)));
    const { selection } = this.#head;
    const colour = this.#look.selectionTint;
    if (selection.tiles.size === 0 || !colour) return masks;
    const node: PixelNode = {
      kind: 'pixels',
      id: selectionId,
      opacity: 1,
      blend: 'normal',
      mask: undefined,
      pixels: { surface: selection, fromSource: identity, toSource: identity },
      tint: colour,
    };
    return [...masks, node];
  }

  #placeOf(target: PixelTarget & { kind: 'layer' }): Placed | undefined {
    const node = findNode(this.#picture, target.layer) ?? findNode(this.#tints, target.layer);
    if (target.part === 'mask') return node?.mask;
    return node?.kind === 'pixels' ? node.pixels : undefined;
  }

  /** Tells the page what it shall know, if that is news. */
  #announce(): void {
    const selected = contentBounds(this.#head.stillSelection);
    const state: KernelState = {
      selectionBounds: isEmptyRect(selected) ? null : selected,
      active: this.#active === null ? null : this.#boundsOfActive(this.#active),
      loading: this.#head.loading,
    };
    const text = JSON.stringify(state);
    if (text !== this.#lastState) this.#page.tell('stateChanged', state);
    this.#lastState = text;
    this.#outline();
  }

  #boundsOfActive(layer: LayerId): KernelState['active'] {
    const { layers } = this.#head.document;
    if (!layers[layer]) return null;
    const moved = this.#together.length > 0 ? this.#together.filter((each) => layers[each]) : [layer];
    const [one, ...others] = moved;
    if (one && others.length === 0 && layers[one]?.kind !== 'group') {
      return { layer, bounds: contentBounds(this.#head.still({ kind: 'layer', layer: one, part: 'pixels' })) };
    }
    return { layer, bounds: moved.map((each) => this.#head.boundsOf(each)).reduce(unionRect, emptyRect) };
  }

  #outline(): void {
    const selection = this.#head.stillSelection;
    const { outline } = this.#look;
    if (this.#lastOutline?.selection === selection && this.#lastOutline.outline === outline) return;
    this.#lastOutline = { selection, outline };
    const segments = outlineOf(selection, outline.level, outline.rect);
    this.#page.tell('outlined', { level: outline.level, segments }, [segments.buffer]);
  }
}

const rectsOf = (changes: readonly SceneChange[]): Rect[] => changes.map(({ rect }) => rect);
