/** @file The tokenizer: made once at the beginning of a training, from the words of all kinds of samples. */
import { generatePrompt } from '#model/ovis/text/prompts';
import { loadTokenizer, type OvisTokenizer } from '#model/ovis/text/tokenizer';

import { corpus } from '../../data/tokenizer/corpus.ts';
import { tokenizerFile, trainTokenizer, type TrainedTokenizer } from '../../data/tokenizer/train-tokenizer.ts';
import type { TrainingFolder } from './training-folder.ts';

const FILE = 'tokenizer.json';
/** Samples of every kind that pairs are counted in. */
const SAMPLES_PER_KIND = 400;

/** The tokenizer of a training, learnt when there is none yet. @throws AppError `tokenizer-invalid` */
export async function openTokenizer(folder: TrainingFolder, seed: number): Promise<OvisTokenizer> {
  const known = await folder.readText(FILE);
  if (known !== null) return loadTokenizer({ [FILE]: known });
  const sentence = generationSentence();
  const vocabularySize = folder.config.llm.vocabularySize - 1;
  const learnt = trainTokenizer(corpus(seed, SAMPLES_PER_KIND), { vocabularySize });
  const text = tokenizerFile(withToken(learnt, sentence));
  await folder.writeText(FILE, text);
  return loadTokenizer({ [FILE]: text });
}

/**
 * The sentence in front of every prompt for a picture. It says nothing that differs between prompts, and its two dozen
 * words would be half of what the decoder attends to: it is one token.
 */
function generationSentence(): string {
  return /\n[^\n]*:/.exec(generatePrompt('')[1]!)![0];
}

function withToken(tokenizer: TrainedTokenizer, content: string): TrainedTokenizer {
  const { vocab, addedTokens } = tokenizer;
  const id = Object.keys(vocab).length + addedTokens.length;
  const flags = { special: false, single_word: false, lstrip: false, rstrip: false, normalized: false };
  return { ...tokenizer, addedTokens: [...addedTokens, { id, content, ...flags }] };
}
