import type { BlobName } from '#shared/contract/job-request';
import type { NodeId } from '#shared/document/ids';

import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { chosenModel } from './choose-model.ts';
import { requestsOf, snappedSize, type TaskInputs } from './request.ts';
import {
  canvasFacts,
  chosenTask,
  frameMargins,
  maskLayer,
  obstacleTo,
  type ChosenTask,
  type Obstacle,
} from './task.ts';

/** Longest side of what is looked at when a question is asked; the model sees less anyway. */
const lookedAtSide = 1024;

export interface Readiness {
  readonly task: ChosenTask;
  readonly obstacle: Obstacle | null;
}

/** What Enter would do now, and what is in the way. */
export function readiness(studio: Studio, session: DocumentSession): Readiness {
  const { document, prompt } = session.store.getState();
  const facts = canvasFacts(document);
  const task = chosenTask(prompt, facts);
  const { models, settings } = studio.host;
  const obstacle = obstacleTo(task, prompt, facts, {
    isOnline: studio.isOnline.getState(),
    hasModel: chosenModel(models.getState(), prompt.parameters, settings.getState()) !== null,
    canWrite: session.canWrite,
  });
  return { task, obstacle };
}

/** Queues what the prompt bar says; the results come as candidates, an answer comes as one. */
export async function runPrompt(
  studio: Studio,
  session: DocumentSession,
  { atFront = false }: { readonly atFront?: boolean } = {},
): Promise<void> {
  const { task, obstacle } = readiness(studio, session);
  if (obstacle) return studio.notices.say(studio.words(`prompt:obstacle.${obstacle}`));
  try {
    await (task === 'describe' ? ask(studio, session) : make(studio, session, task, atFront));
  } catch (error) {
    studio.notices.fault(error);
  }
}

async function make(
  studio: Studio,
  session: DocumentSession,
  task: Exclude<ChosenTask, 'describe'>,
  atFront: boolean,
): Promise<void> {
  const before = session.store.getState().prompt.parameters;
  const model = modelOf(studio, session);
  const seed = before.seedLocked ? before.seed : crypto.getRandomValues(new Uint32Array(1))[0]!;
  const size = model.limits ? snappedSize(before, model.limits) : before;
  session.setPrompt({ parameters: { seed, width: size.width, height: size.height } });
  await session.saved();
  const { prompt, tree } = session.store.getState();
  const node = tree.current!;
  const inputs = await inputsOf(studio, session, task, node);
  const requests = requestsOf(task, prompt, inputs, { model: model.id, precision: model.precision! });
  const jobs = await studio.client.jobs.start({ requests, target: { document: session.id, node }, atFront });
  studio.candidates.offer(
    session.id,
    jobs.map(({ id }) => id),
  );
}

/** Asks about the picture, or about what is selected of it, with all that was said before. */
export async function ask(studio: Studio, session: DocumentSession, question?: string): Promise<void> {
  const model = modelOf(studio, session);
  await session.saved();
  const { prompt, tree } = session.store.getState();
  const text = (question ?? prompt.prompt).trim();
  const region = studio.view.getState().canvas?.state.get().selectionBounds ?? null;
  const picture = await studio.client.documents.render({
    id: session.id,
    subject: { of: 'picture' },
    region,
    maxSide: lookedAtSide,
  });
  await studio.client.jobs.start({
    requests: [
      {
        kind: 'describe',
        model: model.id,
        precision: model.precision!,
        images: [picture.blob],
        turns: [{ role: 'user', text }],
      },
    ],
    target: { document: session.id, node: tree.current! },
  });
  if (question === undefined) session.setPrompt({ prompt: '' });
  studio.view.setState({ dock: 'ask', dockOpen: true });
}

function modelOf(studio: Studio, session: DocumentSession): NonNullable<ReturnType<typeof chosenModel>> {
  const { models, settings } = studio.host;
  return chosenModel(models.getState(), session.store.getState().prompt.parameters, settings.getState())!;
}

const noInputs: TaskInputs = { image: null, mask: null, extend: null };

async function inputsOf(
  { client }: Studio,
  { id, document, store }: DocumentSession,
  task: ChosenTask,
  node: NodeId,
): Promise<TaskInputs> {
  const { control } = store.getState().prompt;
  if (task === 'generate') return noInputs;
  if (task === 'control' && control) return { ...noInputs, image: control.picture };
  const { blob: image } = await client.documents.render({ id, node, subject: { of: 'picture' } });
  return { image, mask: await maskOf(), extend: frameMargins(document) };

  async function maskOf(): Promise<BlobName | null> {
    const layer = maskLayer(document);
    if (document.selection) return (await client.documents.render({ id, node, subject: { of: 'selection' } })).blob;
    if (!layer) return null;
    return (await client.documents.render({ id, node, subject: { of: 'layer', layer: layer.id } })).blob;
  }
}
