import { throwIfCancelled } from '#base/abort';
import { understandingInput } from '#model/ovis/processing/vision-input';
import { askPrompt, type ChatTurn, type PromptTexts } from '#model/ovis/text/prompts';
import { expandPictures, promptIds } from '#model/ovis/text/token-ids';
import { chooseToken } from '#model/ovis/text/choose-token';
import type { DescribeRequest } from '#shared/contract/job-request';
import type { Raster } from '#raster/raster';

import type { RunOptions } from '../jobs/run-job.ts';
import { Chat } from '../ovis/chat.ts';
import { tokenSequence } from '../ovis/condition.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import { embedPictures, type VisualEmbeddings } from '../ovis/vision.ts';

/** The conversation without as much of its beginning as the model cannot hold beside the pictures. */
function fittingPrompt(model: OvisModel, turns: readonly ChatTurn[], visual: VisualEmbeddings | null): PromptTexts {
  const counts = visual?.counts ?? [];
  const texts = askPrompt(turns as [ChatTurn, ...ChatTurn[]], counts.length);
  const { length } = expandPictures(promptIds(texts, model.tokenizer), counts, Infinity).ids;
  // A question and its answer go together.
  return length <= model.config.multimodalMaxLength || turns.length < 3
    ? texts
    : fittingPrompt(model, turns.slice(2), visual);
}

/** Answers the last turn of a conversation about pictures, streaming the words. */
export async function describe(
  model: OvisModel,
  request: DescribeRequest,
  pictures: readonly Raster[],
  { signal, onEvent }: RunOptions,
): Promise<string> {
  onEvent({ kind: 'phase', name: 'encode' });
  await model.enterPhase('vision', 'packedVision');
  const inputs = pictures.map((picture) => understandingInput(picture, model.config.processor));
  const visual = inputs.length > 0 ? await embedPictures(model, inputs) : null;
  throwIfCancelled(signal);

  onEvent({ kind: 'phase', name: 'answer' });
  await model.enterPhase('chat');
  const sequence = tokenSequence(model, fittingPrompt(model, request.turns, visual), visual);
  const chat = new Chat(model);
  const stream = model.tokenizer.stream();
  let text = '';
  const emit = (delta: string) => {
    if (delta === '') return;
    text += delta;
    onEvent({ kind: 'text', delta });
  };
  let outputs = await chat.start(sequence, visual);
  for (let count = 0; count < request.maxTokens; count++) {
    throwIfCancelled(signal);
    const id = chooseToken(outputs.logits, { ...request, step: count });
    if (id === model.tokenizer.endOfTurnId) break;
    emit(stream.push(id));
    if (count + 1 < request.maxTokens) outputs = await chat.next(id);
  }
  emit(stream.end());
  return text;
}
