import { defined } from '#base/assert';
import type { Raster } from '#raster/raster';
import type { BlendMode } from '#shared/document/blend-mode';
import type { Document } from '#shared/document/document';
import { resizeCanvas, setExtendFrame } from '#shared/document/document-operations';
import {
  identity,
  invert,
  scaling,
  transformedBounds,
  translation,
  type Point,
  type Rect,
  type Transform,
} from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { createLayer, type LayerOf, type RasterLayer } from '#shared/document/layer';
import { addLayer, mergeLayers } from '#shared/document/layer-operations';
import {
  ancestorsOf,
  childrenOf,
  commonGroup,
  documentTransform,
  layerOf,
  outermost,
  placeOf,
} from '#shared/document/layer-tree';
import type { CanvasAction } from '../../document/commit.ts';
import { mergeable } from '../../document/mergeable.ts';
import { whyNotPaintable, withTransformed, type PixelTarget } from '../../document/pixel-edits.ts';
import type { SelectionChange, SelectionMode } from '../pixels/selection.ts';
import { about, rotation } from '../tools/move-box.ts';
import type { MoveTarget } from '../tools/tool.ts';
import type { ToolSettings } from '../tools/tool-settings.ts';
import type { EditResult, Excerpt, SelectionShape, Source } from '../worker/protocol.ts';
import type { ActiveLayer } from './active-target.ts';
import { paintPlace } from './paint-place.ts';
import type { PixelSession } from './pixel-session.ts';

/** Why a command does nothing: an answer, not a fault. The studio has words for each. */
export type Refusal =
  | NonNullable<ReturnType<typeof whyNotPaintable>>
  | 'nothing-selected'
  | 'nothing-to-move'
  | 'nothing-to-merge'
  | 'nothing-below';

/** Null when the command is done, its commit taken. */
export type Outcome = Promise<Refusal | null>;

/** What the commands can see of the canvas. */
export interface CommandContext {
  readonly session: PixelSession;
  readonly active: () => ActiveLayer | null;
  readonly selectionBounds: () => Rect | null;
  readonly moveTarget: () => MoveTarget | null;
  /** The active layer, or all that are moved as one with it. */
  readonly movedLayers: () => readonly LayerId[];
  readonly settings: () => ToolSettings;
  readonly newLayerId: () => LayerId;
  /** To paint on in a document that has none. */
  readonly newLayer: () => RasterLayer;
}

/** Everything that can be done to pixels without a pointer: for menus, keys and the command palette. */
export interface CanvasCommands {
  selectAll(): Outcome;
  deselect(): Outcome;
  invertSelection(): Outcome;
  /** Selects what a selecting tool would. */
  select(shape: SelectionShape, mode: SelectionMode): Outcome;
  changeSelection(change: SelectionChange): Outcome;
  /** Selects what a layer covers, what a mask marks, or all masks together. */
  selectFrom(source: Source, mode: SelectionMode): Outcome;
  /** Makes the selection the mask of the active layer. */
  maskActiveLayer(): Outcome;
  /** Makes the selection a mask layer of its own. */
  newMaskLayer(name: string): Outcome;
  /** Fills what is selected, or all of the active layer, with the colour; in a document without any layer a new one. */
  fillSelection(): Outcome;
  /** Empties what is selected of the active layer. */
  clear(): Outcome;
  /** Pixels of the active layer, or of all that can be seen, as far as they are selected. */
  copy(what: 'layer' | 'picture'): Promise<Excerpt | Refusal>;
  cut(): Promise<Excerpt | Refusal>;
  /** Adds a layer with the pixels, their top left at a point of the document; without one, in its middle. */
  paste(raster: Raster, name: string, at?: Point): Outcome;
  /** Moves, turns or stretches the active layer, or what is selected of it, by a map of document coordinates. */
  transform(by: Transform, action?: CanvasAction): Outcome;
  flip(axis: 'horizontal' | 'vertical'): Outcome;
  rotate(degrees: number): Outcome;
  /** Makes the active layer and the one below it one. */
  mergeDown(): Outcome;
  /**
   * Makes one layer of several, or of a group, that looks as they do together. It blends with what is below as the lowest
   * of them did.
   */
  merge(layers: readonly LayerId[]): Outcome;
  /** Makes all that can be seen one layer, the size of the document. */
  flatten(name: string): Outcome;
  crop(rect: Rect): Outcome;
  cropToSelection(): Outcome;
  setExtendFrame(rect: Rect | null): Outcome;
}

export function createCommands(context: CommandContext): CanvasCommands {
  const { session, active, selectionBounds, moveTarget, movedLayers, settings, newLayerId } = context;
  const { kernel } = session;

  const edit = async (action: CanvasAction, result: Promise<EditResult>, first: RasterLayer | null = null): Outcome => {
    await session.edit(action, result, first);
    return null;
  };
  const change = async (action: CanvasAction, apply: (document: Document) => Document): Outcome => {
    session.commit({ action, change: apply });
    return null;
  };
  /** Runs what needs pixels of the active layer, or says why it cannot. */
  const onActive = async (run: (target: PixelTarget & { kind: 'layer' }) => Outcome): Outcome => {
    const layer = active();
    const target = layer && ({ kind: 'layer', ...layer } as const);
    return whyNotPaintable(session.document, target) ?? run(target!);
  };
  const ifSelected = (run: () => Outcome): Outcome =>
    selectionBounds() ? run() : Promise.resolve('nothing-selected' as const);

  const excerpt = (source: Source): Promise<Excerpt> => kernel.call('excerpt', { source, rect: null, selected: true });

  const fill = async (action: CanvasAction, painter: 'fill' | 'eraser'): Outcome => {
    const place = paintPlace(context, painter);
    if (typeof place === 'string') return place;
    const { target, paint, first } = place;
    return edit(action, kernel.call('fill', { target, paint, opacity: 1, flood: null }), first);
  };

  const transform = async (by: Transform, action: CanvasAction): Outcome => {
    const target = moveTarget();
    const layer = active()?.layer;
    if (!target || !layer) return 'nothing-to-move';
    if (!target.lift) return change(action, (document) => withTransformed(document, movedLayers(), by));
    await kernel.call('liftBegin', { layer });
    return edit('transform-pixels', kernel.call('liftEnd', { by }));
  };
  const aroundMiddle = (map: Transform, action: CanvasAction): Outcome => {
    const target = moveTarget();
    if (!target) return Promise.resolve('nothing-to-move' as const);
    const { x, y, width, height } = transformedBounds(target.toDocument, target.bounds);
    return transform(about({ x: x + width / 2, y: y + height / 2 }, map), action);
  };

  const merge = async (action: CanvasAction, layers: readonly LayerId[], name: string, clip: Rect | null): Outcome => {
    const members = outermost(session.document, layers);
    await session.track(async () => {
      const pixels = await kernel.call('merge', { layers: members, clip });
      const id = newLayerId();
      session.commit({
        action,
        change: (document) => {
          const parent = commonGroup(document, members);
          // Merged pixels are the document's; the group they go into may have moved.
          const inParent = parent === null ? identity : (invert(documentTransform(document, parent)) ?? identity);
          const blend = blendOfLowest(document, defined(members[0]), parent);
          const merged = createLayer('raster', id, name, { pixels, transform: inParent, blend });
          return mergeLayers(document, members, merged);
        },
      });
    });
    return null;
  };

  const crop = ({ x, y, width, height }: Rect): Outcome =>
    change('crop', (document) =>
      setExtendFrame(resizeCanvas(document, { width, height }, { x: 0 - x, y: 0 - y }), null),
    );

  return {
    selectAll: () => edit('select-all', kernel.call('selectAll', null)),
    deselect: () => edit('deselect', kernel.call('selectNone', null)),
    select: (shape, mode) => {
      const { feather } = settings().select;
      return edit('select', kernel.call('select', { shape, mode, feather }));
    },
    invertSelection: () => edit('invert-selection', kernel.call('invertSelection', null)),
    changeSelection: (params) =>
      ifSelected(() => edit(`${params.kind}-selection`, kernel.call('changeSelection', params))),
    selectFrom: (source, mode) => edit('selection-from-layer', kernel.call('selectFrom', { source, mode })),
    maskActiveLayer: () =>
      ifSelected(() =>
        onActive(({ layer }) => {
          const target: PixelTarget = { kind: 'layer', layer, part: 'mask' };
          return edit('mask-from-selection', kernel.call('selectionTo', { target }));
        }),
      ),
    newMaskLayer: async (name) => {
      // The document names the selection's pixels once every edit of it is stored.
      await session.settled();
      const { selection } = session.document;
      if (!selection) return 'nothing-selected';
      const mask: LayerOf<'mask'> = createLayer('mask', newLayerId(), name, selection);
      return change('mask-from-selection', (document) => addLayer(document, mask, { parent: null, index: Infinity }));
    },
    fillSelection: () => fill('fill', 'fill'),
    clear: () => ifSelected(() => fill('clear', 'eraser')),
    copy: async (what) => {
      const layer = active();
      if (what === 'picture') return excerpt({ kind: 'picture' });
      return layer ? excerpt({ kind: 'layer', ...layer }) : 'no-layer';
    },
    cut: async () => {
      const layer = active();
      const refusal = whyNotPaintable(session.document, layer && { kind: 'layer', ...layer });
      if (refusal || !layer) return refusal ?? 'no-layer';
      if (!selectionBounds()) return 'nothing-selected';
      const pixels = await excerpt({ kind: 'layer', ...layer });
      await fill('cut', 'eraser');
      return pixels;
    },
    paste: async (raster, name, at) => {
      await session.track(async () => {
        const pixels = await kernel.call('store', { raster });
        const { width, height } = session.document;
        const middle = { x: Math.round((width - raster.width) / 2), y: Math.round((height - raster.height) / 2) };
        const { x, y } = at ?? middle;
        const layer = createLayer('raster', newLayerId(), name, { pixels, transform: translation(x, y) });
        session.commit({
          action: 'paste',
          change: (document) => addLayer(document, layer, placeAbove(document, active())),
        });
      });
      return null;
    },
    transform: (by, action = 'transform') => transform(by, action),
    flip: (axis) => aroundMiddle(axis === 'horizontal' ? scaling(-1, 1) : scaling(1, -1), 'flip'),
    rotate: (degrees) => aroundMiddle(rotation(degrees), 'rotate'),
    mergeDown: async () => {
      const layer = active()?.layer;
      if (!layer || !session.document.layers[layer]) return 'no-layer';
      const { parent, index } = placeOf(session.document, layer);
      const below = childrenOf(session.document, parent)[index - 1];
      if (!below) return 'nothing-below';
      return merge('merge', [below, layer], layerOf(session.document, below).name, null);
    },
    merge: async (layers) => {
      const members = mergeable(session.document, layers);
      const topmost = members.at(-1);
      if (!topmost) return 'nothing-to-merge';
      return merge('merge', members, layerOf(session.document, topmost).name, null);
    },
    flatten: async (name) => {
      const { width, height, order, layers } = session.document;
      // Masks, and what guides the model, are no part of the picture and stay.
      const seen = order.filter((id) => layers[id]!.visible && ['raster', 'group'].includes(layers[id]!.kind));
      if (seen.length === 0) return 'nothing-to-merge';
      return merge('flatten', seen, name, { x: 0, y: 0, width, height });
    },
    crop,
    cropToSelection: () => ifSelected(() => crop(selectionBounds()!)),
    setExtendFrame: (rect) => change('extend-frame', (document) => setExtendFrame(document, rect)),
  };
}

/** Right above the active layer, or on top of all. */
function placeAbove(document: Document, active: ActiveLayer | null): Parameters<typeof addLayer>[2] {
  if (!active || !document.layers[active.layer]) return { parent: null, index: Infinity };
  const { parent, index } = placeOf(document, active.layer);
  return { parent, index: index + 1 };
}

/** How what is painted first of a merged layer meets what is below; a group that is not isolated blends as what is in it. */
function blendOfLowest(document: Document, lowest: LayerId, parent: LayerId | null): BlendMode {
  const around = ancestorsOf(document, lowest);
  const merged = [lowest, ...(parent === null ? around : around.slice(0, around.indexOf(parent)))];
  const layers = merged.toReversed().map((id) => layerOf(document, id));
  return layers.find((layer) => layer.kind !== 'group' || layer.isolated)?.blend ?? 'normal';
}
