import type { JobsState } from '#shared/contract/studio/job-activity';
import type { JobRecord } from '#shared/library/job-record';

import type { Studio } from '../../app/studio.ts';
import type { CanvasEngine, ShownPicture } from '../../canvas/engine/canvas-engine.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { expectedRect, fittedInto, offeredJobs, placementOf } from '../candidates/candidates.ts';

/**
 * Shows on the canvas what jobs make for the document: the candidate that is chosen, and how far a running one is.
 * Nothing of it is in the document.
 */
export function followCandidates(studio: Studio, session: DocumentSession, canvas: CanvasEngine): () => void {
  const { candidates, host } = studio;
  let shown: string | null = null;
  let isOver = false;

  async function showCandidate(job: JobRecord | undefined): Promise<void> {
    const placement = job ? placementOf(job) : null;
    const { width, height } = session.document;
    const key = placement && `${placement.blob} ${width} ${height} ${JSON.stringify(placement.rect)}`;
    if (key === shown) return;
    shown = key;
    if (!placement) return canvas.showCandidate(null);
    const picture = await studio.blobs.picture(placement.blob);
    // Somebody may have flipped on while it was loaded.
    if (isOver || shown !== key) return picture.close();
    canvas.showCandidate({ picture, rect: placement.rect ?? fittedInto(session.document, picture) });
  }

  const preview = createPreview(session, canvas);
  function update(): void {
    const state = candidates.store.getState();
    const jobs = host.jobs.getState();
    const offered = offeredJobs(state, session.id, jobs);
    showCandidate(offered[state.index]).catch((error: unknown) => studio.notices.fault(error));
    preview.update(offered, jobs);
  }
  update();
  const stops = [candidates.store.subscribe(update), host.jobs.subscribe(update)];
  return () => {
    isOver = true;
    preview.update([], { jobs: new Map(), activity: new Map() });
    for (const stop of stops) stop();
  };
}

/** The picture that is being made, under a progress edge, where it will be. */
function createPreview(session: DocumentSession, canvas: CanvasEngine) {
  const clear = new OffscreenCanvas(1, 1);
  clear.getContext('2d');
  let url = '';
  let picture: CanvasImageSource = clear;
  let current: ShownPicture | null = null;

  function update(offered: readonly JobRecord[], { activity }: JobsState): void {
    const running = offered.find(({ state }) => state === 'running');
    const told = running && activity.get(running.id);
    if (!running) {
      if (current) canvas.showPreview((current = null));
      url = '';
      picture = clear;
      return;
    }
    // A fill is made from a part of the picture that only the engine knows: its place is marked, not drawn over.
    const isWhole = running.request.kind !== 'inpaint';
    const next = isWhole ? (told?.preview?.url ?? '') : '';
    if (next !== url) {
      url = next;
      const image = new Image();
      image.addEventListener('load', () => {
        if (url !== next) return;
        picture = image;
        show();
      });
      image.src = next;
    }
    show();

    function show(): void {
      const progress = told?.steps ? told.step / told.steps : null;
      const bounds = isWhole ? null : canvas.state.get().selectionBounds;
      current = { picture, rect: bounds ?? expectedRect(running!, session.document), progress };
      canvas.showPreview(current);
    }
  }
  return { update };
}
