import { newLayerId, type NodeId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';

import type { Studio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { placementOf, runOf, withResult } from './candidates.ts';

/** Makes a result a new layer, as a step that knows how it was made. */
export async function keepCandidate(studio: Studio, session: DocumentSession, job: JobRecord): Promise<void> {
  const { request } = job;
  const placement = placementOf(job);
  const rerunOf = runOf(studio.candidates.store.getState(), job.id)?.rerunOf ?? null;
  if (!placement || request.kind === 'describe') return;
  try {
    if (rerunOf) await standWhereItStood(session, rerunOf);
    const picture = await studio.blobs.picture(placement.blob);
    const { width, height } = picture;
    picture.close();
    const id = newLayerId((count) => crypto.getRandomValues(new Uint8Array(count)));
    const name = request.prompt.slice(0, 60) || studio.words(`prompt:task.${request.kind}`);
    const step = session.commit({
      label: { what: 'made' },
      kind: request.kind,
      recipe: request,
      change: (document) => withResult(document, job, { width, height }, { id, name }),
    });
    studio.candidates.putAway(job.id);
    if (rerunOf) await markStaleBelow(studio, session, rerunOf);
    studio.view.setState({ active: { layer: id, part: 'pixels' } });
    studio.notices.say(studio.words('candidates:kept'), {
      label: studio.words('commands:undo'),
      run: () => undoStep(studio, session, step),
    });
  } catch (error) {
    studio.notices.fault(error);
  }
}

/** Takes a step back, unless something else was done after it: that must not be undone in its place. */
function undoStep({ notices, words }: Studio, session: DocumentSession, step: NodeId | null): void {
  if (session.store.getState().tree.current !== step) notices.say(words('candidates:undo-late'));
  else void session.undo().catch(notices.fault);
}

/** Another version of a step branches off where that step did. */
async function standWhereItStood(session: DocumentSession, step: NodeId): Promise<void> {
  const parent = session.store.getState().tree.nodes.get(step)?.parent;
  if (parent) await session.go(parent);
}

/** What the model made on top of the older version may look otherwise now. */
async function markStaleBelow({ client }: Studio, session: DocumentSession, node: NodeId): Promise<void> {
  await session.saved();
  await client.documents.markStaleBelow({ id: session.id, node });
}
