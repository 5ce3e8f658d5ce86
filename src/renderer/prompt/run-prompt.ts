import type { BlobName } from '#shared/contract/job-request';
import type { NodeId } from '#shared/document/ids';
import type { PromptState } from '#shared/document/prompt-state';

import type { Studio } from '../app/studio.ts';
import { freshSeed } from '../document/fresh-ids.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { ask } from './ask.ts';
import { hostFacts, modelFor } from './host-facts.ts';
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
  return { task, obstacle: obstacleTo(task, prompt, facts, hostFacts(studio, session)) };
}

/** Queues what the prompt bar says; the results come as candidates, an answer comes as one. */
export async function runPrompt(
  studio: Studio,
  session: DocumentSession,
  { atFront = false }: { readonly atFront?: boolean } = {},
): Promise<void> {
  // A selection or a stroke that is still being stored is meant as well.
  if (studio.isOnline.getState()) await studio.view.getState().canvas?.settled();
  const { task, obstacle } = readiness(studio, session);
  if (obstacle) return void studio.notices.say(studio.words(`prompt:obstacle.${obstacle}`));
  try {
    await (task === 'describe' ? askWords(studio, session) : make(studio, session, task, atFront));
  } catch (error) {
    studio.notices.fault(error);
  }
}

/** The words are asked, and the prompt is free for the next ones; if that fails they come back. */
async function askWords(studio: Studio, session: DocumentSession): Promise<void> {
  const { prompt } = session.store.getState().prompt;
  session.setPrompt({ prompt: '' });
  try {
    await ask(studio, session, prompt);
  } catch (error) {
    if (session.store.getState().prompt.prompt === '') session.setPrompt({ prompt });
    throw error;
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
  const model = modelFor(studio, session)!;
  const { seedLocked, seed: kept } = before.parameters;
  const seed = seedLocked ? kept : freshSeed();
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
  const target = { document: session.id, node };
  const offer = { joins: null, rerunOf: rerun?.node.id ?? null };
  const [first] = await studio.client.jobs.start({ requests, target, offer, atFront });
  if (first) studio.candidates.show(session.id, first.id);
  studio.view.setState({ rerun: null });
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
