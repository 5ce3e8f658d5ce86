import type { BlobName } from '#shared/contract/job-request';
import { isFinal } from '#shared/library/job-record';

import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { until } from '../stores/until.ts';
import type { WaitingQuestion } from '../stores/view.ts';
import { conversationsAbout, turnsOf, type Exchange } from './conversations.ts';
import { hostFacts, modelFor } from './host-facts.ts';
import { canvasFacts, obstacleTo, type Obstacle } from './task.ts';

/** Longest side of what is looked at when a question is asked; the model sees less anyway. */
const lookedAtSide = 1024;

/** What is in the way of a question. */
export function obstacleToAsk(studio: Studio, session: DocumentSession, text: string): Obstacle | null {
  const facts = canvasFacts(session.document);
  return obstacleTo('describe', { prompt: text, control: null }, facts, hostFacts(studio, session));
}

/**
 * Asks about the picture, or about what is selected of it. Goes on with the conversation as long as the model is shown the
 * same; about another picture, or when somebody wants, a new one begins. What is asked before there is an answer waits for it.
 */
export async function ask(studio: Studio, session: DocumentSession, text: string): Promise<void> {
  const obstacle = obstacleToAsk(studio, session, text);
  if (obstacle) return void studio.notices.say(studio.words(`prompt:obstacle.${obstacle}`));
  const { client, host, view } = studio;
  const model = modelFor(studio, session)!;
  const isAnew = view.getState().askAnew === session.id;
  const question: WaitingQuestion = { id: crypto.randomUUID(), document: session.id, text: text.trim() };
  view.setState(({ questions }) => ({
    questions: [...questions, question],
    dock: 'ask',
    dockOpen: true,
    askAnew: null,
  }));
  try {
    const picture = await lookedAt(studio, session);
    const node = session.store.getState().tree.current!;
    await until(view, ({ questions }) => isNext(questions, question));
    const last = lastConversation(studio, session);
    const goesOn = !isAnew && last.at(-1)?.request.images[0] === picture;
    if (goesOn) await until(host.jobs, () => isAnswered(lastConversation(studio, session)));
    if (!view.getState().questions.includes(question)) return;
    const before = goesOn ? turnsOf(lastConversation(studio, session)) : [];
    const [job] = await client.jobs.start({
      requests: [
        {
          kind: 'describe',
          model: model.id,
          precision: model.precision!,
          images: [picture],
          turns: [...before, { role: 'user', text: question.text }],
        },
      ],
      target: { document: session.id, node },
    });
    // The next one looks for it among the jobs.
    if (job) await until(host.jobs, ({ jobs }) => jobs.has(job.id));
  } finally {
    takeBack(studio, question);
  }
}

/** A question that waits is not asked any more. */
export function takeBack({ view }: Pick<Studio, 'view'>, question: WaitingQuestion): void {
  view.setState(({ questions }) => ({ questions: questions.filter((each) => each !== question) }));
}

async function lookedAt({ client, view }: Studio, session: DocumentSession): Promise<BlobName> {
  const region = view.getState().canvas?.state.get().selectionBounds ?? null;
  await session.saved();
  const subject = { of: 'picture' } as const;
  const { blob } = await client.documents.render({ id: session.id, subject, region, maxSide: lookedAtSide });
  return blob;
}

const lastConversation = ({ host }: Studio, { id }: DocumentSession): readonly Exchange[] =>
  conversationsAbout(host.jobs.getState(), id).at(-1) ?? [];

const isAnswered = (conversation: readonly Exchange[]): boolean => conversation.every(({ job }) => isFinal(job.state));

/** Also when it has been taken back: then there is nothing to wait for. */
const isNext = (questions: readonly WaitingQuestion[], question: WaitingQuestion): boolean =>
  !questions.includes(question) || questions.find(({ document }) => document === question.document) === question;
