import { newLayerId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';

import type { Studio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { placementOf, withResult } from './candidates.ts';

/** Makes a result a new layer, as a step that knows how it was made. */
export async function keepCandidate(studio: Studio, session: DocumentSession, job: JobRecord): Promise<void> {
  const { request } = job;
  const placement = placementOf(job, session.document);
  if (!placement || request.kind === 'describe') return;
  try {
    const picture = await studio.blobs.picture(placement.blob);
    const { width, height } = picture;
    picture.close();
    const id = newLayerId((count) => crypto.getRandomValues(new Uint8Array(count)));
    const name = request.prompt.slice(0, 60) || studio.words(`prompt:task.${request.kind}`);
    const label = `${taskLabels[request.kind]}: ${request.prompt} · seed ${request.seed}`;
    session.commit({
      label,
      kind: request.kind,
      recipe: request,
      change: (document) => withResult(document, job, { width, height }, { id, name }),
    });
    studio.candidates.putAway();
    studio.view.setState({ active: { layer: id, part: 'pixels' } });
    studio.notices.say(studio.words('candidates:kept'), {
      label: studio.words('commands:undo'),
      run: () => void session.undo(),
    });
  } catch (error) {
    studio.notices.fault(error);
  }
}

/** The history's own words, in English, as those of every step. */
const taskLabels = {
  generate: 'Create',
  edit: 'Edit',
  inpaint: 'Fill',
  outpaint: 'Extend',
  control: 'Redraw',
} as const;
