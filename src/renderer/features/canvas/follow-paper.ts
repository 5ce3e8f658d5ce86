import type { Size } from '#shared/document/geometry';

import type { Studio } from '../../app/studio.ts';
import { modelFor } from '../../prompt/host-facts.ts';
import { pictureSize } from '../../prompt/request.ts';
import { canvasFacts, chosenTask } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { offeredIn } from '../candidates/candidates.ts';

type Sources = Pick<Studio, 'candidates' | 'host'>;

/**
 * Keeps the paper of a document in which nothing has been done as large as what is made in it, which will give it its size:
 * the result that is shown, or else the picture that the prompt bar is set to.
 */
export function followPaper({ candidates, host }: Sources, session: DocumentSession): () => void {
  const update = (): void => session.setPaper(paperSize({ candidates, host }, session));
  update();
  const stops = [
    candidates.store.subscribe(update),
    host.jobs.subscribe(update),
    host.models.subscribe(update),
    host.settings.subscribe(update),
    session.store.subscribe(update),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Null where nobody has asked for a size: then the document keeps its own. */
function paperSize({ candidates, host }: Sources, session: DocumentSession): Size | null {
  const { chosen } = offeredIn(candidates.store.getState(), session.id, host.jobs.getState());
  if (chosen?.request.kind === 'generate') return chosen.request;
  const { prompt, document } = session.store.getState();
  const { width, height } = prompt.parameters;
  const isAsked = (width !== null || height !== null) && chosenTask(prompt, canvasFacts(document)) === 'generate';
  return isAsked ? pictureSize(prompt.parameters, modelFor({ host }, session)) : null;
}
