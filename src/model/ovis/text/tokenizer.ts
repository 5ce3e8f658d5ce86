import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { byteLevelAlphabet } from './byte-level.ts';
import {
  invalid,
  parseObject,
  readTokenizerFiles,
  type TokenizerFiles,
  type TokenizerJson,
} from './tokenizer-files.ts';

/** Text to ids and back, for one checkpoint. */
export interface OvisTokenizer {
  /** Ids of a text; markers like `<|im_start|>` in it become their own ids, and none is added. */
  readonly encode: (text: string) => number[];
  /** The text of whole answers; special tokens are left out, broken UTF-8 becomes U+FFFD. */
  readonly decode: (ids: Iterable<number>) => string;
  /** Decodes an answer while it is being made. */
  readonly stream: () => TextStream;
  /** Id of `<|im_end|>`, which ends an answer. */
  readonly endOfTurnId: number;
  /** One more than the largest id: at most the rows of the language model's embedding. */
  readonly idCount: number;
}

/** Text of ids that come one by one. Characters are held back until all their bytes are there. */
export interface TextStream {
  /** The text that the id completes; often a word, sometimes nothing. */
  readonly push: (id: number) => string;
  /** What is left of an unfinished character, as U+FFFD. */
  readonly end: () => string;
}

const END_OF_TURN = '<|im_end|>';
/** No byte of UTF-8: becomes U+FFFD where a token has a character that is no byte. */
const REPLACEMENT = 0xff;

/**
 * Loads the tokenizer of a checkpoint from the texts of its files.
 *
 * @throws AppError `tokenizer-invalid`, naming the file
 */
export function loadTokenizer(files: TokenizerFiles): OvisTokenizer {
  const json = readTokenizerFiles(files);
  const config = parseObject('tokenizer_config.json', files['tokenizer_config.json'] ?? '{}');
  const tokenizer = construct(json, { ...config, clean_up_tokenization_spaces: false });
  const endOfTurnId = tokenizer.token_to_id(END_OF_TURN);
  if (endOfTurnId === undefined) throw invalid('tokenizer.json', `must have the token ${END_OF_TURN}`);
  const bytesOf = tokenBytes(json);

  const stream = (): TextStream => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const none = new Uint8Array();
    return {
      push: (id) => decoder.decode(bytesOf(id) ?? none, { stream: true }),
      end: () => decoder.decode(),
    };
  };
  return {
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    decode(ids) {
      const { push, end } = stream();
      return [...ids].map(push).join('') + end();
    },
    stream,
    endOfTurnId,
    idCount: largestId(json) + 1,
  };
}

function construct(json: TokenizerJson, config: object): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(json, config);
  } catch (error) {
    throw invalid('tokenizer.json', 'cannot be read as a tokenizer', error);
  }
}

/** UTF-8 bytes of every id that has text; ids without one (special tokens, holes in the vocabulary) have none. */
function tokenBytes({ added_tokens: added, model }: TokenizerJson): (id: number) => Uint8Array | undefined {
  const alphabet = byteLevelAlphabet();
  const addedTokens = new Map(added.map((token) => [token.id, token]));
  const tokens = new Map(Object.entries(model.vocab).map(([token, id]) => [id, token]));
  return (id) => {
    const addedToken = addedTokens.get(id);
    if (addedToken) return addedToken.special ? undefined : new TextEncoder().encode(addedToken.content);
    return Uint8Array.from(tokens.get(id) ?? '', (character) => alphabet.get(character) ?? REPLACEMENT);
  };
}

function largestId({ added_tokens: added, model }: TokenizerJson): number {
  let largest = 0;
  for (const id of Object.values(model.vocab)) largest = Math.max(largest, id);
  for (const { id } of added) largest = Math.max(largest, id);
  return largest;
}
