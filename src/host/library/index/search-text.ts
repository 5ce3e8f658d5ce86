// Chinese, Japanese and Korean are written without spaces, and dictionaries that cut them into words cut a question and a
// text differently. So each of their characters is a word of its own, and a question's run of them is a phrase: it finds
// every place where they follow each other, whatever the words are.
const alone = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** Text as the index stores it: words with spaces between. */
export function indexedText(text: string): string {
  return text.normalize('NFKC').replace(alone, ' $& ');
}

/**
 * A question as a full-text query, or undefined when there is nothing to look for. Every word must be there; a word is
 * found by its beginning, so that results come while one types. Nothing in it is taken as query syntax.
 */
export function searchQuery(text: string): string | undefined {
  const words = text.normalize('NFKC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const phrases = words.flatMap((word) => word.match(runs) ?? []).map((run) => `"${indexedText(run).trim()}"*`);
  return phrases.length === 0 ? undefined : phrases.join(' AND ');
}

/** Characters that are words of their own, or those that make up words. */
const runs = new RegExp(`(?:${alone.source})+|(?:(?!${alone.source}).)+`, 'gu');
