import type { JobActivity } from '#shared/contract/studio/jobs';
import type { Document } from '#shared/document/document';
import type { NodeId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';

import type { Studio } from '../../app/studio.ts';
import type { CanvasEngine, ShownResult } from '../../canvas/engine/canvas-engine.ts';
import type { InsetPicture } from '../../canvas/view/picture-view.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { offeredIn } from '../candidates/candidates.ts';
import { MaskedPreviews } from './masked-preview.ts';
import { anchorOf, fittedInto, partRect, placementOf, resultRect } from '../candidates/placement.ts';

/** A job, and what there is to see of it. */
interface Seen {
  readonly job: JobRecord;
  /** The canvas that it was made for. */
  readonly made: Document;
  readonly activity: JobActivity | undefined;
  readonly previews: MaskedPreviews;
}

/** What of a job is to be seen in place. */
interface Sight extends Pick<ShownResult, 'within' | 'progress'> {
  /** Which picture: one that is shown already is not loaded again. Null while there is none. */
  readonly picture: { readonly key: string; readonly load: () => Promise<InsetPicture> } | null;
  readonly rectOf: (picture: InsetPicture | null) => ShownResult['rect'];
  readonly isTinted: boolean;
}

/**
 * Shows on the canvas what comes of the chosen job: its previews while it runs, where the result will be, and then the
 * result. Nothing of it is in the document.
 */
export function followCandidates(studio: Studio, session: DocumentSession, canvas: CanvasEngine): () => void {
  const { candidates, host, view } = studio;
  let shown: { readonly key: string; readonly picture: InsetPicture } | null = null;
  /** The picture that is on its way; what comes after it has changed is too late. */
  let awaited: string | null = null;
  /** What jobs were made for; null while it is on its way. */
  const canvases = new Map<NodeId, Document | null>();
  const previews = new MaskedPreviews(studio.blobs);
  let wasOffered = false;
  let isOver = false;

  function update(): void {
    const state = candidates.store.getState();
    const { jobs, activity } = host.jobs.getState();
    const { chosen: job } = offeredIn(state, session.id, { jobs, activity });
    // What was switched on for a result ends with it.
    if (wasOffered && !job) view.setState({ comparison: null, showsChange: false });
    wasOffered = job !== null;
    const made = job && madeFor(job);
    const sight = made ? sightOf(studio, session, { job, made, activity: activity.get(job.id), previews }) : null;
    if (!sight?.picture) shown = null;
    if (!sight) {
      awaited = null;
      canvas.showResult(null);
      return;
    }
    const { picture } = sight;
    const isRunning = sight.progress !== undefined;
    // The last preview stays until the result has come, and the result before until the next one has.
    if (picture && picture.key !== shown?.key) void load(picture).catch(studio.notices.fault);
    else awaited = null;
    if (isRunning || picture?.key === shown?.key) show(sight);
  }

  /** The canvas that a job was made for; what is shown waits for it. */
  function madeFor({ target }: JobRecord): Document | null {
    if (!target) return session.document;
    const { node } = target;
    const known = canvases.get(node);
    if (known !== undefined) return known;
    canvases.set(node, null);
    void loadCanvas(node).catch(studio.notices.fault);
    return null;
  }

  async function loadCanvas(node: NodeId): Promise<void> {
    canvases.set(node, await session.documentAt(node));
    if (!isOver) update();
  }

  function show({ within, progress, rectOf, isTinted }: Sight): void {
    const picture = shown?.picture ?? null;
    const result = { picture, rect: rectOf(picture), within, isTinted };
    canvas.showResult(progress ? { ...result, progress } : result);
  }

  async function load({ key, load: loadPicture }: NonNullable<Sight['picture']>): Promise<void> {
    if (awaited === key) return;
    awaited = key;
    const picture = await loadPicture();
    if (isOver || awaited !== key) return;
    shown = { key, picture };
    update();
  }

  update();
  const stops = [
    candidates.store.subscribe(update),
    session.store.subscribe(({ document }, before) => {
      if (document.width !== before.document.width || document.height !== before.document.height) update();
    }),
    host.jobs.subscribe(update),
    view.subscribe(({ showsChange }, before) => {
      if (showsChange !== before.showsChange) update();
    }),
  ];
  return () => {
    isOver = true;
    for (const stop of stops) stop();
  };
}

function sightOf(
  { blobs, view }: Studio,
  { document }: DocumentSession,
  { job, made, activity, previews }: Seen,
): Sight | null {
  const anchor = anchorOf(job, made, document);
  if (!anchor) return null;
  const within = resultRect(job, document, anchor);
  if (job.state === 'running') {
    const region = activity?.region ?? null;
    const rect = partRect(within, region && region.rect);
    const url = activity?.preview?.url;
    const { request } = job;
    const previewOf = async (from: string): Promise<InsetPicture> => {
      const preview = await pictureOf(from);
      return request.kind === 'inpaint' && region ? previews.cut(preview, request.mask, region.rect) : preview;
    };
    return {
      picture: url === undefined ? null : { key: url, load: () => previewOf(url) },
      rectOf: () => rect,
      within,
      progress: {
        rect: partRect(within, region && region.changes),
        part: activity?.steps ? activity.step / activity.steps : null,
      },
      isTinted: false,
    };
  }
  const placement = placementOf(job, anchor);
  if (!placement) return null;
  return {
    picture: { key: placement.blob, load: () => blobs.picture(placement.blob) },
    rectOf: (picture) => placement.rect ?? (picture ? fittedInto(document, picture) : within),
    within,
    // A whole new picture has no places that changed.
    isTinted: placement.rect !== null && view.getState().showsChange,
  };
}

async function pictureOf(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
