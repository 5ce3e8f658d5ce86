/** @file Commands of the prompt bar and of the results it brings. */
import { ask } from '../prompt/ask.ts';
import { runPrompt } from '../prompt/run-prompt.ts';
import { fromActiveLayer, fromCanvas, fromFiles } from '../prompt/picture-source.ts';
import { addReferences, removePictures, setControl } from '../prompt/prompt-pictures.ts';
import { beginRerun, rerunOf, type Rerun } from '../prompt/rerun.ts';
import { canvasFacts } from '../prompt/task.ts';
import { keepCandidate, putAwayCandidate } from '../features/candidates/keep.ts';
import { flipCandidate, offeredIn, unfinishedWith } from '../features/candidates/candidates.ts';
import { focusPrompt, focusPromptAtOnce } from '../features/prompt/focus-prompt.ts';
import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { always, onDocument, type Command, type CommandRefusal } from './command.ts';

/** The result that is shown in place. */
export const candidate = (session: DocumentSession, { candidates, host }: Studio) =>
  offeredIn(candidates.store.getState(), session.id, host.jobs.getState()).chosen;
const needsCandidate = (session: DocumentSession, studio: Studio): CommandRefusal | null =>
  candidate(session, studio) ? null : 'no-candidate';

const needsPicture = ({ document }: DocumentSession): CommandRefusal | null =>
  canvasFacts(document).hasPicture ? null : 'no-picture';

const currentStep = ({ store }: DocumentSession): Rerun | null => {
  const { nodes, current } = store.getState().tree;
  return current ? rerunOf(nodes.get(current)) : null;
};

export const promptCommands: readonly Command[] = [
  onDocument('run', 'prompt', ['$mod+Enter'], (session, studio) => runPrompt(studio, session)),
  onDocument('run-next', 'prompt', ['$mod+Shift+Enter'], (session, studio) =>
    runPrompt(studio, session, { atFront: true }),
  ),
  onDocument('stop', 'prompt', ['$mod+.'], ({ id }, { candidates, client, host }) => {
    const jobs = host.jobs.getState();
    const mine = [...jobs.jobs.values()].filter(({ state }) => state === 'running');
    const ours = mine.filter(({ target }) => target?.document === id);
    // Who stops one of three that were asked for at once does not want the other two.
    const stopped = (ours.length ? ours : mine).flatMap((job) =>
      unfinishedWith(candidates.store.getState(), jobs, job.id),
    );
    return client.jobs.cancel({ ids: stopped });
  }),
  onDocument(
    'rerun-step',
    'prompt',
    [],
    (session, studio) => {
      beginRerun(studio, session, currentStep(session)!);
      focusPrompt();
    },
    (session) => (currentStep(session) ? null : 'no-recipe'),
  ),
  onDocument('describe', 'prompt', [], (session, studio) =>
    ask(studio, session, studio.words('ask:describe-question')).catch(studio.notices.fault),
  ),
  onDocument('ask-anew', 'prompt', [], ({ id }, { view }) =>
    view.setState({ askAnew: id, dock: 'ask', dockOpen: true }),
  ),
  always('focus-prompt', 'prompt', ['/'], focusPromptAtOnce),
  onDocument('prompt-shelf', 'prompt', [], () => document.querySelector<HTMLElement>('#prompt-shelf')?.click()),
  onDocument('reference-file', 'prompt', [], (session, studio) => addReferences(studio, session, fromFiles)),
  onDocument(
    'reference-canvas',
    'prompt',
    [],
    (session, studio) => addReferences(studio, session, fromCanvas),
    needsPicture,
  ),
  onDocument(
    'reference-layer',
    'prompt',
    [],
    (session, studio) => addReferences(studio, session, fromActiveLayer),
    needsPicture,
  ),
  onDocument('control-file', 'prompt', [], (session, studio) => setControl(studio, session, fromFiles)),
  onDocument(
    'control-canvas',
    'prompt',
    [],
    (session, studio) => setControl(studio, session, fromCanvas),
    needsPicture,
  ),
  onDocument('prompt-pictures-away', 'prompt', [], (session, studio) =>
    removePictures(studio, session, { references: [], control: null }),
  ),
  onDocument(
    'candidate-next',
    'prompt',
    ['Alt+ArrowRight'],
    (session, studio) => flipCandidate(studio, session.id, 1),
    needsCandidate,
  ),
  onDocument(
    'candidate-before',
    'prompt',
    ['Alt+ArrowLeft'],
    (session, studio) => flipCandidate(studio, session.id, -1),
    needsCandidate,
  ),
  onDocument(
    'candidate-keep',
    'prompt',
    ['Alt+Enter'],
    (session, studio) => keepCandidate(studio, session, candidate(session, studio)!),
    needsCandidate,
  ),
  onDocument(
    'candidate-away',
    'prompt',
    [],
    (session, studio) => putAwayCandidate(studio, candidate(session, studio)!),
    needsCandidate,
  ),
];
