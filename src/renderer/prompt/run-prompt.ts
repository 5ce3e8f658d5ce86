import type { BlobName } from '#shared/contract/job-request';
import type { NodeId } from '#shared/document/ids';
import type { PromptState } from '#shared/document/prompt-state';

import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { chosenModel } from './choose-model.ts';
import { conversationsAbout, turnsOf } from './conversations.ts';
import { rerunIn, type Rerun } from './rerun.ts';
import { pictureSize, requestsOf, type TaskInputs } from './request.ts';
import {
  canvasFacts,
  chosenTask,
  frameMargins,
  maskLayer,
  obstacleTo,
  type CanvasFacts,
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
  // Another version of a step has all that the step had.
  const facts = currentRerun(studio, session) ? everything : canvasFacts(document);
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
  const before = session.store.getState().prompt;
  const rerun = currentRerun(studio, session);
  const model = modelOf(studio, session);
  const { seedLocked, seed: kept } = before.parameters;
  const seed = seedLocked ? kept : crypto.getRandomValues(new Uint32Array(1))[0]!;
  if (rerun) {
    // Going there may bring other words along.
    await session.go(rerun.parent);
    session.setPrompt(before);
  }
  session.setPrompt({ parameters: { seed } });
  await session.saved();
  const { prompt, tree } = session.store.getState();
  const node = tree.current!;
  const size = pictureSize(prompt.parameters, model);
  const inputs = {
    size,
    ...(rerun ? inputsOfRecipe(rerun.recipe, prompt) : await inputsOf(studio, session, task, node)),
  };
  const requests = requestsOf(task, prompt, inputs, { model: model.id, precision: model.precision! });
  const jobs = await studio.client.jobs.start({ requests, target: { document: session.id, node }, atFront });
  studio.candidates.offer(
    session.id,
    jobs.map(({ id }) => id),
    rerun?.node.id,
  );
  studio.view.setState({ rerun: null });
}

/**
 * Asks about the picture, or about what is selected of it. Goes on with the conversation as long as the model is shown the
 * same; about another picture, or when somebody wants, a new one begins.
 */
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
  const last = conversationsAbout(studio.host.jobs.getState(), session.id).at(-1) ?? [];
  const isAnew = studio.view.getState().askAnew === session.id;
  const goesOn = !isAnew && last.at(-1)?.request.images[0] === picture.blob;
  await studio.client.jobs.start({
    requests: [
      {
        kind: 'describe',
        model: model.id,
        precision: model.precision!,
        images: [picture.blob],
        turns: [...(goesOn ? turnsOf(last) : []), { role: 'user', text }],
      },
    ],
    target: { document: session.id, node: tree.current! },
  });
  if (question === undefined) session.setPrompt({ prompt: '' });
  studio.view.setState({ dock: 'ask', dockOpen: true, askAnew: null });
}

const everything: CanvasFacts = { hasPicture: true, hasMask: true, hasFrame: true };

const currentRerun = ({ view }: Studio, { store }: DocumentSession): Rerun | null =>
  rerunIn(view.getState().rerun, store.getState());

/** The pictures that a step was made from; outlines may have been changed since. */
function inputsOfRecipe(recipe: Rerun['recipe'], { control }: PromptState): CanvasInputs {
  const image = 'image' in recipe ? recipe.image : null;
  return {
    image: recipe.kind === 'control' && control ? control.picture : image,
    mask: 'mask' in recipe ? recipe.mask : null,
    extend: 'extend' in recipe ? recipe.extend : null,
  };
}

function modelOf(studio: Studio, session: DocumentSession): NonNullable<ReturnType<typeof chosenModel>> {
  const { models, settings } = studio.host;
  return chosenModel(models.getState(), session.store.getState().prompt.parameters, settings.getState())!;
}

type CanvasInputs = Omit<TaskInputs, 'size'>;
const noInputs: CanvasInputs = { image: null, mask: null, extend: null };

async function inputsOf(
  { client }: Studio,
  { id, document, store }: DocumentSession,
  task: ChosenTask,
  node: NodeId,
): Promise<CanvasInputs> {
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
