/** @file Words and pictures as the language model takes them, many at a time and of one length. */
import { askPrompt, type ChatTurn, type PromptTexts } from '#model/ovis/text/prompts';
import { expandPictures, promptIds, visualIds } from '#model/ovis/text/token-ids';
import type { OvisTokenizer } from '#model/ovis/text/tokenizer';

import type { Rng } from '../../data/random.ts';
import type { Turn } from '../../data/samples/sample-plan.ts';
import { hostTensor, type HostTensor } from '../../runtime.ts';

/** One sequence: ids with a place for every embedding, and which tokens are to be learnt. */
export interface Sequence {
  /** Text ids; −300 for a picture's embedding, −301 and −302 around them. */
  readonly ids: readonly number[];
  /** Tokens before this index are given, not learnt. */
  readonly learntFrom: number;
}

/** What the ids of a message depend on beside its words. */
export interface SequenceFormat {
  readonly tokenizer: OvisTokenizer;
  /** Embeddings of one picture. */
  readonly pictureEmbeddings: number;
  readonly maxLength: number;
}

/** A prompt, from which nothing is to be learnt. */
export function promptSequence(texts: PromptTexts, format: SequenceFormat): Sequence {
  const ids = expanded(promptIds(texts, format.tokenizer), texts.length - 1, format);
  return { ids, learntFrom: ids.length };
}

/**
 * A dialogue up to a random one of its answers, which is learnt; as the chat pipeline words it, with the turns before
 * as history.
 *
 * @param pictures shown in front of the first question: one or none
 */
export function dialogueSequence(turns: readonly Turn[], pictures: number, rng: Rng, format: SequenceFormat): Sequence {
  const last = rng.below(turns.length);
  const history = turns.slice(0, last).flatMap(({ question, answer }): ChatTurn[] => [
    { role: 'user', text: question },
    { role: 'assistant', text: answer },
  ]);
  const { question, answer } = turns[last]!;
  const [first, ...others] = [...history, { role: 'user', text: question } as const];
  const { ids } = promptSequence(askPrompt([first, ...others], pictures), format);
  const { tokenizer } = format;
  return { ids: [...ids, ...tokenizer.encode(answer), tokenizer.endOfTurnId], learntFrom: ids.length };
}

function expanded(
  ids: readonly number[],
  pictures: number,
  { pictureEmbeddings, maxLength }: SequenceFormat,
): readonly number[] {
  const counts = Array.from({ length: pictures }, () => pictureEmbeddings);
  return [...expandPictures(ids, counts, maxLength).ids];
}

/** Lengths that batches are padded to, so that few graphs serve all of them. */
export const sequenceLengths = [24, 32, 40, 48, 64, 96, 128, 192, 256] as const;

/** The shortest of these lengths that holds all sequences; the longest where none does, and their ends are cut. */
export function paddedLength(sequences: readonly Sequence[]): number {
  const longest = Math.max(...sequences.map(({ ids }) => ids.length));
  return sequenceLengths.find((length) => length >= longest) ?? sequenceLengths.at(-1)!;
}

/** Where the embeddings of a batch's pictures stand: sequence i shows picture i, or all show the same one. */
export interface ShownPictures {
  readonly embeddingsEach: number;
  readonly shared: boolean;
}

/** Inputs of `sequenceStates`: ids i64[batch, length]; with pictures, places and sources i64[batch · (embeddings + 2)]. */
export function sequenceInputs(
  sequences: readonly Sequence[],
  length: number,
  shown: ShownPictures | null,
): Record<string, HostTensor> {
  const batch = sequences.length;
  const ids = new BigInt64Array(batch * length);
  const places: bigint[] = [];
  const sources: bigint[] = [];
  const pictures = shown?.shared ? 1 : batch;
  for (const [row, sequence] of sequences.entries()) {
    let next = shown?.shared ? 0 : row * (shown?.embeddingsEach ?? 0);
    for (const [at, id] of sequence.ids.slice(0, length).entries()) {
      if (id >= 0) {
        ids[row * length + at] = BigInt(id);
        continue;
      }
      places.push(BigInt(row * length + at));
      const indicator = pictures * shown!.embeddingsEach + visualIds.pictureStart - id;
      sources.push(BigInt(id === visualIds.picture ? next++ : indicator));
    }
  }
  const inputs: Record<string, HostTensor> = { ids: hostTensor('i64', [batch, length], ids) };
  if (shown) {
    inputs['places'] = hostTensor('i64', [places.length], BigInt64Array.from(places));
    inputs['sources'] = hostTensor('i64', [sources.length], BigInt64Array.from(sources));
  }
  return inputs;
}

/** Inputs of the next-token loss: targets i64[batch, length], weights f32[batch, length]. */
export function targetInputs(sequences: readonly Sequence[], length: number): Record<string, HostTensor> {
  const batch = sequences.length;
  const targets = new BigInt64Array(batch * length);
  const weights = new Float32Array(batch * length);
  for (const [row, { ids, learntFrom }] of sequences.entries()) {
    for (let at = Math.max(0, learntFrom - 1); at + 1 < Math.min(ids.length, length); at++) {
      const id = ids[at + 1]!;
      if (id < 0) continue;
      targets[row * length + at] = BigInt(id);
      weights[row * length + at] = 1;
    }
  }
  return {
    targets: hostTensor('i64', [batch, length], targets),
    targetWeights: hostTensor('f32', [batch, length], weights),
  };
}
