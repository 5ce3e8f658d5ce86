import type { AppError } from '#base/app-error';
import type { Raster } from '#raster/raster';
import { createDocument } from '#shared/document/document';
import { identity, intersectRect, invert, unionRect, type Rect, type Transform } from '#shared/document/geometry';
import { documentTransform, layerOf } from '#shared/document/layer-tree';
import type { PixelTarget } from '../../document/pixel-edits.ts';
import { composeSurface } from '../pixels/excerpt.ts';
import { fillThrough } from '../pixels/fill.ts';
import { transformSurface, type Placed } from '../pixels/layering.ts';
import { polygonMask, rectMask } from '../pixels/polygon.ts';
import { reachOfNode, sceneOfOnly } from '../pixels/scene.ts';
import { changeSelection, combineSelections, invertSelection, selectAll } from '../pixels/selection.ts';
import { emptyRect, emptySurface, surfaceOf, type Surface } from '../pixels/surface.ts';
import { Head } from './head.ts';
import { Ledger } from './ledger.ts';
import { Lifted } from './lifted.ts';
import type { EditResult, KernelMethods, PageMethods, SelectionShape } from './protocol.ts';
import type { Handlers, Remote } from './rpc.ts';
import { composerOf, Sources } from './sources.ts';
import { runSteps, type Pause } from './steps.ts';
import { StrokeSession } from './stroke-session.ts';
import { SurfaceStore } from './surface-store.ts';
import type { TileCodec } from './tile-codec.ts';
import { Viewer } from './viewer.ts';

export interface KernelOptions {
  readonly page: Remote<PageMethods>;
  readonly codec: TileCodec;
  /** Gives RGBA. */
  readonly decodePicture: (bytes: Uint8Array) => Promise<Raster>;
  readonly pause: Pause;
}

/** The worker's side of the canvas: holds the pixels, changes them, and composes what the page shows. */
export function createKernel({ page, codec, decodePicture, pause }: KernelOptions): Handlers<KernelMethods> {
  const store = new SurfaceStore({
    blobs: {
      get: (name) => page.call('getBlob', name),
      put: (bytes) => page.call('putBlob', bytes, { transfer: [bytes.buffer] }),
    },
    codec,
    decodePicture,
  });
  const onFault = ({ code, message, data }: AppError): void => page.tell('failed', { code, message, data });
  const events = { onProgress: () => viewer.refreshSoon(), onFault };
  const head = new Head(store, createDocument({ width: 1, height: 1 }), events);
  const viewer = new Viewer(head, page, pause);
  const ledger = new Ledger(head, store, () => viewer.refresh());
  const sources = new Sources(head, pause);
  let before: Head | null = null;

  const pin = (): void => store.pin(new Set([...head.names, ...(before?.names ?? [])]));

  return {
    show: ({ document, settled }) => {
      head.settle(settled);
      head.show(document);
      pin();
      viewer.refresh();
    },
    compareWith: ({ document }) => {
      before = document && new Head(store, document, events);
      pin();
      viewer.compareWith(before);
    },
    activate: ({ layer, together }) => viewer.activate(layer, together),
    look: (look) => viewer.look(look),
    loaded: async () => {
      await head.loaded();
      viewer.refresh();
    },
    ...strokeMethods(head, viewer, ledger, pause),
    ...moveMethods(head, viewer, ledger),
    ...selectionMethods(head, ledger, sources, pause),
    fill: ({ target, paint, opacity, flood }, { signal }) =>
      ledger.edit(async () => {
        const selection = await head.wholeSelection();
        const found = flood ? await sources.like(flood, { signal }) : null;
        const { toDocument, fromDocument } = placeOf(head, target);
        const inTarget = (surface: Surface): Placed => ({ surface, toSource: toDocument, fromSource: fromDocument });
        const isLimited = selection.tiles.size > 0;
        const everywhere = isLimited ? selection : selectAll(sources.documentRect);
        const base = target.kind === 'selection' ? selection : await head.whole(target);
        const cover = inTarget(found ?? everywhere);
        const clip = found && isLimited ? inTarget(selection) : undefined;
        const surface = await runSteps(fillThrough(base, { cover, clip, paint, opacity }), { pause, signal });
        return [{ target, surface }];
      }),
    store: async ({ raster }) => {
      const { width, height, data } = raster.channels === 3 ? withAlpha(raster) : raster;
      return store.save(surfaceOf({ x: 0, y: 0, width, height, channels: raster.channels === 1 ? 1 : 4, data }));
    },
    merge: async ({ layers, clip }, { signal }) => {
      await head.loaded();
      // What guides the model is merged only where it is asked for by name.
      const kinds = new Set(layers.map((id) => layerOf(head.document, id).kind));
      const scene = sceneOfOnly(head.scene(['raster', ...kinds]), layers);
      const reach = scene.map(reachOfNode).reduce(unionRect, emptyRect);
      const rect = clip ? intersectRect(reach, clip) : reach;
      return store.save(await runSteps(composeSurface(composerOf(scene), rect), { pause, signal }));
    },
    excerpt: ({ source, rect, selected }, { signal }) => sources.excerpt(source, rect, selected, { signal }),
    thumbnail: ({ source, maxSide }, { signal }) => sources.thumbnail(source, maxSide, { signal }),
    boundsOf: ({ layers }) => layers.map((layer) => head.boundsOf(layer)),
    pick: ({ at, radius, sample }) => sources.pick(at, radius, sample),
  };
}

type MethodsNamed<Name extends keyof KernelMethods> = Pick<Handlers<KernelMethods>, Name>;

function strokeMethods(
  head: Head,
  viewer: Viewer,
  ledger: Ledger,
  pause: Pause,
): MethodsNamed<'strokeBegin' | 'strokeAdd' | 'strokeEnd' | 'strokeCancel'> {
  let stroke: Promise<StrokeSession | null> = Promise.resolve(null);
  let isFlushing = false;
  /** Draws what has come in when there are no more messages waiting: fast hands must not build up a queue. */
  const flushSoon = async (session: StrokeSession): Promise<void> => {
    if (isFlushing) return;
    isFlushing = true;
    await pause();
    isFlushing = false;
    session.flush();
  };
  const take = (): Promise<StrokeSession | null> => {
    const taken = stroke;
    stroke = Promise.resolve(null);
    return taken;
  };
  return {
    strokeBegin: async (params) => {
      const begun = ledger.inTurn(() => StrokeSession.begin(head, viewer, params));
      // What could not begin is told once, not with every sample.
      stroke = begun.catch(() => null);
      await begun;
    },
    strokeAdd: async ({ samples }) => {
      const session = await stroke;
      session?.add(samples);
      if (session) await flushSoon(session);
    },
    strokeEnd: async () => {
      const session = await take();
      return ledger.edit(async () => (session ? [{ target: session.target, surface: session.finish() }] : []));
    },
    strokeCancel: async () => {
      const session = await take();
      session?.cancel();
    },
  };
}

function moveMethods(
  head: Head,
  viewer: Viewer,
  ledger: Ledger,
): MethodsNamed<'moveBegin' | 'moveEnd' | 'liftBegin' | 'liftEnd'> {
  /** Kept from gesture to gesture, see `Lifted`. */
  let lifted: Lifted | null = null;
  return {
    moveBegin: ({ layers }) => viewer.part(layers, null),
    moveEnd: () => {
      viewer.unpart();
      viewer.refresh();
    },
    liftBegin: ({ layer }) =>
      ledger.inTurn(async () => {
        lifted = await Lifted.lift(head, layer, lifted);
        head.setLive(lifted.target, lifted.rest);
        return viewer.part([layer], lifted.piece);
      }),
    liftEnd: ({ by }) =>
      ledger.edit(async () => {
        if (lifted) head.setLive(lifted.target, null);
        viewer.unpart();
        const changes = by && lifted ? lifted.drop(by) : [];
        if (changes.length === 0) viewer.refresh();
        return changes;
      }),
  };
}

function selectionMethods(
  head: Head,
  ledger: Ledger,
  sources: Sources,
  pause: Pause,
): MethodsNamed<
  | 'select'
  | 'selectLike'
  | 'selectAll'
  | 'selectNone'
  | 'invertSelection'
  | 'changeSelection'
  | 'selectFrom'
  | 'selectionTo'
> {
  const change = (make: (old: Surface, bounds: Rect) => Surface | Promise<Surface>): Promise<EditResult> =>
    ledger.edit(async () => {
      const surface = await make(await head.wholeSelection(), sources.documentRect);
      return [{ target: { kind: 'selection' }, surface }];
    });
  const shapeMask = (shape: SelectionShape, bounds: Rect): Surface =>
    shape.kind === 'rect' ? rectMask(shape.rect, bounds) : polygonMask(shape.points, bounds);
  return {
    select: ({ shape, mode, feather }, { signal }) =>
      change(async (old, bounds) => {
        let mask = shapeMask(shape, bounds);
        if (feather > 0) {
          const steps = changeSelection(mask, { kind: 'feather', radius: feather }, bounds);
          mask = await runSteps(steps, { pause, signal });
        }
        return combineSelections(old, mask, mode);
      }),
    selectLike: ({ flood, mode }, { signal }) =>
      change(async (old) => combineSelections(old, await sources.like(flood, { signal }), mode)),
    selectAll: () => change((_old, bounds) => selectAll(bounds)),
    selectNone: () => change(() => emptySurface(1)),
    invertSelection: () => change(invertSelection),
    changeSelection: (params, { signal }) =>
      change((old, bounds) => runSteps(changeSelection(old, params, bounds), { pause, signal })),
    selectFrom: ({ source, mode }, { signal }) =>
      change(async (old) => combineSelections(old, await sources.cover(source, { signal }), mode)),
    selectionTo: ({ target }) =>
      ledger.edit(async () => {
        const { toDocument, fromDocument } = placeOf(head, target);
        const placed = { surface: await head.wholeSelection(), toSource: toDocument, fromSource: fromDocument };
        return [{ target, surface: transformSurface(placed) }];
      }),
  };
}

/** From a target's own pixels to the document's, and back. */
function placeOf(
  head: Head,
  target: PixelTarget,
): { readonly toDocument: Transform; readonly fromDocument: Transform } {
  const toDocument = target.kind === 'selection' ? identity : documentTransform(head.document, target.layer);
  return { toDocument, fromDocument: invert(toDocument) ?? identity };
}

function withAlpha({ width, height, data }: Raster): Raster {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0, at = 0; i < data.length; i += 3, at += 4) rgba.set(data.subarray(i, i + 3), at);
  return { width, height, channels: 4, data: rgba };
}
