import { AppError } from '#base/app-error';
import { type PromptTexts } from './prompts.ts';

/** Ids below zero that stand for no text. Indicator −301 − k is embedded as row V − 5 + k of the visual table. */
export const visualIds = {
  /** One picture; repeated once per embedding by `expandPictures`. */
  picture: -300,
  pictureStart: -301,
  pictureEnd: -302,
  videoStart: -303,
  videoEnd: -304,
} as const;

/** A sequence for the language model with a place for every embedding. */
export interface TokenSequence {
  /** [length]: text ids, indicators, and −300 once for every visual embedding. */
  readonly ids: Int32Array;
  /** Embeddings of the packed pictures that are cut off at the front, because the sequence was too long. */
  readonly visualSkip: number;
}

/** Ids of a prompt: every text on its own, and −301, −300, −302 for every picture between them. */
export function promptIds(texts: PromptTexts, tokenizer: { encode(text: string): readonly number[] }): number[] {
  const { pictureStart, picture, pictureEnd } = visualIds;
  return texts.flatMap((text, i) =>
    i === 0 ? tokenizer.encode(text) : [pictureStart, picture, pictureEnd, ...tokenizer.encode(text)],
  );
}

/**
 * Repeats every −300 once per embedding of its picture, and keeps the *last* `maxLength` places, as the reference does.
 *
 * @param embeddingCounts - embeddings of every picture, in order
 * @throws AppError `prompt-pictures-mismatch` when there are more or fewer pictures than places for them
 */
export function expandPictures(
  ids: readonly number[],
  embeddingCounts: readonly number[],
  maxLength: number,
): TokenSequence {
  const places = ids.filter((id) => id === visualIds.picture).length;
  if (places !== embeddingCounts.length) {
    throw new AppError(
      'prompt-pictures-mismatch',
      `The prompt has places for ${places} pictures but ${embeddingCounts.length} were given. Give one picture per place.`,
      { data: { places, pictures: embeddingCounts.length } },
    );
  }
  let next = 0;
  const whole = ids.flatMap((id) =>
    id === visualIds.picture ? Array.from({ length: embeddingCounts[next++]! }, () => id) : [id],
  );
  const cut = Math.max(0, whole.length - maxLength);
  const visualSkip = whole.slice(0, cut).filter((id) => id === visualIds.picture).length;
  return { ids: Int32Array.from(whole.slice(cut)), visualSkip };
}
