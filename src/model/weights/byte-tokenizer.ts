import { byteLevelAlphabet } from '../ovis/text/byte-level.ts';
import type { JsonObject } from './json.ts';

const markers = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<think>', '</think>'];

/**
 * A `tokenizer.json` for checkpoints without a vocabulary of their own: the markers of the chat format, then one token a
 * byte, 261 in all. Every text can be written with it.
 */
export function byteTokenizer(): JsonObject {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  return {
    version: '1.0',
    added_tokens: markers.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: content.startsWith('<|'),
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      unk_token: null,
      vocab: Object.fromEntries([...byteLevelAlphabet()].map(([text, byte]) => [text, markers.length + byte])),
      merges: [],
    },
  };
}
