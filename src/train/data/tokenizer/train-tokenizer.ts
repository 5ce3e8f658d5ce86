import { byteLevelAlphabet } from '#model/ovis/text/byte-level';
import { QWEN_SPLIT, qwenTokenizerJson } from '#model/ovis/text/tokenizer-files';
import { chineseWords } from '../vocabulary/chinese-words.ts';

/** What was learned: bytes first, then merges, then markers. */
export interface TrainedTokenizer {
  /** Ids by token, written in the byte alphabet; markers come after these. */
  readonly vocab: Readonly<Record<string, number>>;
  /** In the order in which they apply. */
  readonly merges: readonly Pair[];
  readonly addedTokens: readonly AddedToken[];
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Left out when text is decoded. */
  readonly special: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

/** Qwen's markers that we use, in its order. */
const markers = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<think>', '</think>'] as const;

export interface TokenizerTraining {
  /** All tokens: 256 bytes, the merges and the markers. */
  readonly vocabularySize: number;
  /** A pair that occurs less often is not merged, even if the vocabulary stays smaller. */
  readonly minCount?: number;
}

/**
 * Learns byte pairs to merge, the most frequent first, ties in the order of their texts: the same texts give the same
 * tokenizer. Merges never reach across a Chinese word's border, so that words become tokens there as in English.
 */
export function trainTokenizer(
  texts: Iterable<string>,
  { vocabularySize, minCount = 2 }: TokenizerTraining,
): TrainedTokenizer {
  const alphabet = [...byteLevelAlphabet().keys()].sort();
  const wanted = vocabularySize - alphabet.length - markers.length;
  const merges = learnMerges(countWords(texts), wanted, minCount);
  const tokens = [...alphabet, ...merges.map(([left, right]) => left + right)];
  return {
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
    // As Qwen has it, thinking is text that may be shown, the other markers are not.
    addedTokens: markers.map((content, index) => ({
      id: tokens.length + index,
      content,
      special: content.startsWith('<|'),
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
  };
}

/** The text of `tokenizer.json`: byte-level BPE in Qwen's layout, which the Hugging Face libraries read. */
export function tokenizerFile(tokenizer: TrainedTokenizer): string {
  return JSON.stringify(qwenTokenizerJson(tokenizer));
}

/** Pieces of text within which pairs may be merged, in the byte alphabet, with their numbers. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const letters = new Map(Array.from(byteLevelAlphabet(), ([letter, byte]) => [byte, letter]));
  const encoder = new TextEncoder();
  // JavaScript has no groups that ignore case; the contractions are all that needs one.
  const split = new RegExp(
    QWEN_SPLIT.replace(/\(\?i:(.*?)\)/, (_, ends: string) => `${ends}|${ends.toUpperCase()}`),
    'gu',
  );
  const marker = /<\|\w+\|>|<\/?think>/;
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of text.normalize('NFC').split(marker)) {
      for (const [piece] of part.matchAll(split)) {
        for (const word of wordsOf(piece)) {
          counts.set(word, (counts.get(word) ?? 0) + 1);
        }
      }
    }
  }
  const written = Array.from(counts, ([word, count]): [string, number] => [
    Array.from(encoder.encode(word), (byte) => letters.get(byte)!).join(''),
    count,
  ]);
  return new Map(written);
}

/** A sign stays apart from the letters behind it, so that "cat" is the same token after a quote or a colon. */
function wordsOf(piece: string): readonly string[] {
  const [sign = ''] = /^[^\s\p{L}\p{N}](?=\p{L})/u.exec(piece) ?? [];
  const letters = piece.slice(sign.length);
  const words = /\p{Script=Han}/u.test(letters) ? chineseWords(letters) : [letters];
  return sign ? [sign, ...words] : words;
}

type Pair = readonly [left: string, right: string];

interface Word {
  symbols: string[];
  readonly count: number;
}

function learnMerges(counts: ReadonlyMap<string, number>, wanted: number, minCount: number): Pair[] {
  const words: Word[] = Array.from(counts, ([text, count]) => ({ symbols: Array.from(text), count }));
  const pairs = new PairCounts();
  for (const word of words) pairs.add(word, 1);
  const merges: Pair[] = [];
  while (merges.length < wanted) {
    const best = pairs.mostFrequent();
    if (!best || best.count < minCount) break;
    merges.push(best.pair);
    for (const word of best.words) {
      pairs.add(word, -1);
      word.symbols = merged(word.symbols, best.pair);
      pairs.add(word, 1);
    }
  }
  return merges;
}

function merged(symbols: readonly string[], [left, right]: Pair): string[] {
  const result: string[] = [];
  for (let at = 0; at < symbols.length; at++) {
    if (symbols[at] === left && symbols[at + 1] === right) {
      result.push(left + right);
      at++;
    } else {
      result.push(symbols[at]!);
    }
  }
  return result;
}

/** How often each pair of neighbours occurs, and in which words. */
class PairCounts {
  readonly #pairs = new Map<string, { readonly pair: Pair; count: number; readonly words: Set<Word> }>();

  /** Counts a word's pairs in (1) or out (−1). */
  add(word: Word, sign: 1 | -1): void {
    for (let at = 0; at + 1 < word.symbols.length; at++) {
      const pair = [word.symbols[at]!, word.symbols[at + 1]!] as const;
      // The alphabet has no space.
      const key = pair.join(' ');
      const entry = this.#pairs.get(key) ?? { pair, count: 0, words: new Set<Word>() };
      entry.count += sign * word.count;
      if (sign > 0) entry.words.add(word);
      else entry.words.delete(word);
      if (entry.count === 0) this.#pairs.delete(key);
      else this.#pairs.set(key, entry);
    }
  }

  mostFrequent(): { pair: Pair; count: number; words: readonly Word[] } | undefined {
    let bestKey: string | undefined;
    let bestCount = 0;
    for (const [key, { count }] of this.#pairs) {
      if (count < bestCount || (count === bestCount && (bestKey === undefined || key > bestKey))) continue;
      bestKey = key;
      bestCount = count;
    }
    const best = bestKey === undefined ? undefined : this.#pairs.get(bestKey);
    return best && { pair: best.pair, count: best.count, words: [...best.words] };
  }
}
