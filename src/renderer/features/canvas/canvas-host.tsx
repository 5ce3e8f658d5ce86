import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import type { Layer } from '#shared/document/layer';

import { useStudio, useView, type Studio } from '../../app/studio.ts';
import type { ActiveLayer } from '../../canvas/engine/active-target.ts';
import { CanvasEngine } from '../../canvas/engine/canvas-engine.ts';
import { defaultTheme } from '../../canvas/view/theme.ts';
import { pictureOf } from '../../client/pictures.ts';
import { canvasActions } from '../../document/commit.ts';
import { sayRefusal } from '../../commands/canvas-commands.ts';
import { chosenLayers } from '../../stores/chosen-layers.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { useObservable } from '../../ui/use-observable.ts';
import { followPaper } from './follow-paper.ts';
import { motionSetting } from './motion-setting.ts';
import { followCandidates } from './show-results.ts';

const thumbnailDelayMs = 800;
/** Further back nobody remembers what they worked on. */
const rememberedLayers = 20;

/** Where the document in front is seen and worked on. */
export function CanvasHost({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation('tools');
  const place = useRef<HTMLDivElement>(null);
  const active = useView((view) => view.active);
  // That of another document ends when its canvas does.
  const compared = useView(({ comparison }) => (comparison?.document === session.id ? comparison.node : null));
  const canvas = useView((view) => view.canvas);

  useEffect(() => startCanvas(studio, session, place.current!), [studio, session]);
  const together = useView((view) => view.together);
  useEffect(
    () => canvas?.setActive(active, chosenLayers({ active, together }, session.document)),
    [canvas, active, together, session],
  );
  useEffect(() => {
    if (!canvas || !compared) return undefined;
    let isOver = false;
    const show = (before: Document): void => (isOver ? undefined : canvas.compare(before));
    session.documentAt(compared).then(show, studio.notices.fault);
    return () => {
      isOver = true;
      canvas.compare(null);
    };
  }, [canvas, compared, session, studio]);

  return (
    <div className="canvas-place">
      <div ref={place} className="canvas-host" role="application" aria-label={t('canvas')} tabIndex={0} />
      {canvas && compared ? <SplitSlider canvas={canvas} /> : null}
    </div>
  );
}

/** Where the line between before and now is, for those who do not drag it on the canvas. */
function SplitSlider({ canvas }: { canvas: CanvasEngine }) {
  const { t } = useTranslation('tools');
  const split = useObservable(canvas.state, (state) => state.split);
  if (split === null) return null;
  return (
    <input
      type="range"
      className="split-slider"
      aria-label={t('split')}
      title={t('split')}
      value={Math.round(split * 100)}
      onChange={(event) => canvas.moveSplit(event.target.valueAsNumber / 100)}
    />
  );
}

/** Runs a canvas for a document until the returned function is called. */
function startCanvas(studio: Studio, session: DocumentSession, container: HTMLDivElement): () => void {
  const { view } = studio;
  const { order } = session.document;
  const topmost = order.at(-1);
  const active = topmost ? { layer: topmost, part: 'pixels' as const } : null;
  const canvas = new CanvasEngine({
    container,
    source: studio.blobs,
    document: session.document,
    active,
    theme: { ...defaultTheme, accent: '#3b82f6' },
    motion: motionSetting(studio.host.settings),
    // Where there is no other layer, every name is free.
    newLayerName: () => studio.words('layers:new-layer'),
    onCommit: ({ action, change }) => {
      const before = session.document;
      session.commit({ label: { what: action }, kind: canvasActions[action], change });
      takeUpNewLayer(studio, session, before);
    },
    onFault: (error) => studio.notices.fault(error),
    onRefusal: (reason) => sayRefusal(studio, reason),
  });
  const detach = session.attach(canvas);
  view.setState({ canvas, active });
  // Results are shown on the paper that they have come to by then.
  const stopPaper = followPaper(studio, session);
  const stopResults = followCandidates(studio, session, canvas);
  const stopActive = keepLayer(studio, session);
  const stopThumbnails = keepThumbnails(studio, session, canvas);
  return () => {
    stopThumbnails();
    stopActive();
    stopResults();
    stopPaper();
    detach();
    view.setState({ canvas: null, comparison: null });
    canvas.dispose();
  };
}

/** What was pasted, merged of others, or made for the first paint is what one works on next. */
function takeUpNewLayer({ view }: Studio, { document }: DocumentSession, before: Document): void {
  const added = Object.values(document.layers).find(({ id }) => !before.layers[id]);
  if (added) view.setState({ active: { layer: added.id, part: 'pixels' } });
}

/** Where the layer one works on is gone, after an undo perhaps, one works on the one before; else on the topmost. */
function keepLayer({ view }: Studio, session: DocumentSession): () => void {
  let recent: readonly LayerId[] = [];
  const remember = (active: ActiveLayer | null): void => {
    if (active) recent = [active.layer, ...recent.filter((layer) => layer !== active.layer)].slice(0, rememberedLayers);
  };
  remember(view.getState().active);
  const stopRemembering = view.subscribe(({ active }) => remember(active));
  const stopKeeping = session.store.subscribe(({ document: { order, layers } }) => {
    const { active } = view.getState();
    if (active && isThere(layers[active.layer], active)) return;
    const layer = recent.find((each) => layers[each]) ?? order.at(-1);
    if (layer) view.setState({ active: { layer, part: 'pixels' } });
  });
  return () => {
    stopRemembering();
    stopKeeping();
  };
}

const isThere = (layer: Layer | undefined, { part }: ActiveLayer): boolean =>
  layer !== undefined && (part === 'pixels' || layer.mask !== null);

/** Gives each step that one rests on a picture for the history. */
function keepThumbnails(studio: Studio, session: DocumentSession, canvas: CanvasEngine): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const make = async (): Promise<void> => {
    const { tree, document } = session.store.getState();
    const { current } = tree;
    if (!current || !session.canWrite || tree.nodes.get(current)?.thumbnail) return;
    await canvas.loaded();
    const small = await canvas.thumbnail({ kind: 'picture' }, 128);
    const thumbnail = await studio.blobs.putPicture(await pictureOf(small));
    // Meanwhile somebody may have gone on.
    if (session.document === document) session.thumbnail(current, thumbnail);
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void make().catch(() => undefined), thumbnailDelayMs);
  };
  later();
  const stop = session.store.subscribe(({ document }, before) => {
    if (document !== before.document) later();
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
