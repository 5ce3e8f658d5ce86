import { newLayerId, type NodeId } from '#shared/document/ids';
import type { Document } from '#shared/document/document';
import type { JobRecord } from '#shared/library/job-record';

import type { Studio } from '../../app/studio.ts';
import { freeName } from '../../commands/free-name.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { isShown } from '../../stores/notices.ts';
import { until } from '../../stores/until.ts';
import { runOf, unfinishedWith, type CandidatesState } from './candidates.ts';
import { anchorOf, pictureOf, withResult, type Anchor } from './placement.ts';

/** Makes a result a new layer, as a step that knows how it was made. */
export async function keepCandidate(studio: Studio, session: DocumentSession, job: JobRecord): Promise<void> {
  const { request } = job;
  const blob = pictureOf(job);
  const rerunOf = runOf(studio.candidates.store.getState(), job.id)?.rerunOf ?? null;
  if (!blob || request.kind === 'describe') return;
  try {
    if (rerunOf) await standWhereItStood(session, rerunOf);
    const picture = await studio.blobs.picture(blob);
    const size = { width: picture.width, height: picture.height };
    picture.close();
    const { anchor, wentBack } = await standWhereItFits(session, job);
    const id = newLayerId((count) => crypto.getRandomValues(new Uint8Array(count)));
    const name = request.prompt.slice(0, 60) || studio.words(`prompt:task.${request.kind}`);
    const step = session.commit({
      label: { what: 'made' },
      kind: request.kind,
      recipe: request,
      change: (document) => withResult(document, job, anchor, { id, name: freeName(document, name), size }),
    });
    // Who keeps one of several may want another too, as long as they are still being made.
    const isRest = unfinishedWith(studio.candidates.store.getState(), studio.host.jobs.getState(), job.id).length > 0;
    if (isRest) studio.candidates.setOffered([job.id], false);
    else studio.candidates.putAway(job.id);
    const { prompt, tree } = session.store.getState();
    // They have been done: Enter would do them once more to what came of them. Earlier prompts have them.
    if (!isRest && prompt.prompt.trim() === request.prompt) session.setPrompt({ prompt: '' });
    if (tree.title === '' && request.prompt !== '') session.rename(request.prompt.slice(0, 60));
    if (rerunOf) await markStaleBelow(studio, session, rerunOf);
    studio.view.setState({ active: { layer: id, part: 'pixels' } });
    studio.notices.say(studio.words(`candidates:${wentBack ? 'kept-back' : isRest ? 'kept-one' : 'kept'}`), {
      label: studio.words('commands:undo'),
      run: () => undoStep(studio, session, step),
      document: session.id,
    });
  } catch (error) {
    studio.notices.fault(error);
  }
}

/**
 * Takes a run of results away, and stops what of it is still being made: nobody would see what comes of it. What is there
 * can be brought back.
 */
export function putAwayCandidate(
  { candidates, client, host, notices, words, workspace }: Studio,
  { id }: JobRecord,
): void {
  const run = runOf(candidates.store.getState(), id);
  const { jobs } = host.jobs.getState();
  const ids = unfinishedWith(candidates.store.getState(), host.jobs.getState(), id);
  candidates.putAway(id);
  if (ids.length > 0) void client.jobs.cancel({ ids }).catch(notices.fault);
  if (run?.jobs.some((each) => jobs.get(each)?.state === 'finished')) {
    const toast = notices.say(words('candidates:put-away'), {
      label: words('commands:undo'),
      run: () => candidates.setOffered(run.jobs, true),
      ...(workspace.session && { document: workspace.session.id }),
    });
    // They may come back by another way.
    const isOver = (state: CandidatesState): boolean =>
      runOf(state, id) !== null || !isShown(notices.store.getState(), toast);
    void until(candidates.store, isOver).then(() => notices.dismiss(toast));
  }
}

/** Stops what of a run is still being made, and says so; what is there stays. */
export function stopRest({ candidates, client, host, notices, words }: Studio, { id }: JobRecord): void {
  const ids = unfinishedWith(candidates.store.getState(), host.jobs.getState(), id);
  const say = (): void => void notices.say(words('candidates:stopped', { count: ids.length }));
  void client.jobs.cancel({ ids }).then(say, notices.fault);
}

/** Takes a step back, unless something else was done after it: that must not be undone in its place. */
function undoStep({ notices, words }: Studio, session: DocumentSession, step: NodeId | null): void {
  if (session.store.getState().tree.current !== step) notices.say(words('candidates:undo-late'));
  else void session.undo().catch(notices.fault);
}

/** A result that the canvas has no place for any more is kept on the step that it was made for. */
async function standWhereItFits(
  session: DocumentSession,
  job: JobRecord,
): Promise<{ readonly anchor: Anchor; readonly wentBack: boolean }> {
  const { document } = session.store.getState();
  const made = job.target ? await session.documentAt(job.target.node) : document;
  const anchor = anchorOf(job, made, document);
  if (anchor || !job.target) return { anchor: anchor ?? wholeOf(made), wentBack: false };
  await session.go(job.target.node);
  return { anchor: wholeOf(made), wentBack: true };
}

const wholeOf = ({ width, height }: Document): Anchor => ({ x: 0, y: 0, width, height });

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
