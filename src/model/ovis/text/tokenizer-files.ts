import { AppError } from '#base/app-error';

/** The texts of a checkpoint's tokenizer files; `tokenizer.json` alone is enough, else `vocab.json` and `merges.txt`. */
export interface TokenizerFiles {
  readonly 'tokenizer.json'?: string | undefined;
  readonly 'tokenizer_config.json'?: string | undefined;
  readonly 'vocab.json'?: string | undefined;
  readonly 'merges.txt'?: string | undefined;
  readonly 'added_tokens.json'?: string | undefined;
}

/** A token that is found in the text before anything else is split. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Left out when text is decoded. */
  readonly special: boolean;
}

/** A byte-level BPE tokenizer in the form of `tokenizer.json`, checked as far as we rely on it. */
export interface TokenizerJson {
  readonly added_tokens: readonly AddedToken[];
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
}

/** How Qwen cuts text before byte pairs are merged; only `tokenizer.json` states it, `vocab.json` and `merges.txt` imply it. */
export const QWEN_SPLIT =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/**
 * The tokenizer of a checkpoint: `tokenizer.json` as it is, or its equal made from the older files.
 *
 * @throws AppError `tokenizer-invalid`, naming the file
 */
export function readTokenizerFiles(files: TokenizerFiles): TokenizerJson {
  const json = files['tokenizer.json'];
  const tokenizer = json === undefined ? fromOlderFiles(files) : parseObject('tokenizer.json', json);
  return checkTokenizer(tokenizer, json === undefined ? 'vocab.json' : 'tokenizer.json');
}

function fromOlderFiles(files: TokenizerFiles): Json {
  const vocab = files['vocab.json'];
  const merges = files['merges.txt'];
  if (vocab === undefined || merges === undefined) {
    throw invalid('tokenizer.json', 'is missing, and so are vocab.json and merges.txt in its place');
  }
  return qwenTokenizerJson({
    addedTokens: addedTokens(files),
    vocab: parseObject('vocab.json', vocab),
    merges: parseMerges(merges),
  });
}

/** What `tokenizer.json` holds for a tokenizer of Qwen's kind. */
export function qwenTokenizerJson({
  addedTokens,
  vocab,
  merges,
}: {
  readonly addedTokens: readonly object[];
  readonly vocab: Readonly<Record<string, unknown>>;
  readonly merges: readonly (readonly [left: string, right: string])[];
}): Json {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const split = { type: 'Split', pattern: { Regex: QWEN_SPLIT }, behavior: 'Isolated', invert: false };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}

/** `tokenizer_config.json` knows the flags of added tokens, `added_tokens.json` only their ids: it fills in the rest. */
function addedTokens(files: TokenizerFiles): Json[] {
  const config = parseObject('tokenizer_config.json', files['tokenizer_config.json'] ?? '{}');
  const decoder = asObject('tokenizer_config.json', config['added_tokens_decoder'] ?? {});
  const tokens = new Map<number, Json>();
  for (const [id, token] of Object.entries(decoder)) {
    tokens.set(Number(id), { ...asObject('tokenizer_config.json', token), id: Number(id) });
  }
  for (const [content, id] of Object.entries(parseObject('added_tokens.json', files['added_tokens.json'] ?? '{}'))) {
    if (typeof id !== 'number') throw invalid('added_tokens.json', `must give ${content} a number`);
    if (tokens.has(id)) continue;
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    tokens.set(id, { id, content, ...flags, special: content.startsWith('<|') });
  }
  return [...tokens.values()];
}

function parseMerges(text: string): [string, string][] {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines[0]?.startsWith('#version')) lines.shift();
  return lines.map((line) => {
    const [left, right, ...rest] = line.split(' ');
    if (!left || !right || rest.length > 0) throw invalid('merges.txt', 'must hold two symbols on every line');
    return [left, right];
  });
}

/** Checks what we rely on: byte-level BPE, ids that are whole numbers, texts that are texts. */
function checkTokenizer(tokenizer: Json, file: string): TokenizerJson {
  const model = asObject(file, tokenizer['model']);
  if (model['type'] !== 'BPE') throw invalid(file, 'must hold a BPE model');
  if (asObject(file, tokenizer['decoder'])['type'] !== 'ByteLevel')
    throw invalid(file, 'must be a byte-level tokenizer');
  if (!Array.isArray(model['merges'])) throw invalid(file, 'must list merges');
  const vocab = asObject(file, model['vocab']);
  if (!Object.values(vocab).every(isId)) throw invalid(file, 'must number its vocabulary with whole numbers');
  const added = tokenizer['added_tokens'] ?? [];
  if (!Array.isArray(added) || !added.every(isAddedToken)) {
    throw invalid(file, 'must give every added token an id, a content and whether it is special');
  }
  return { ...tokenizer, added_tokens: added, model: { ...model, vocab: vocab as Record<string, number> } };
}

function isAddedToken(value: unknown): value is AddedToken {
  if (typeof value !== 'object' || value === null) return false;
  const { id, content, special } = value as Json;
  return isId(id) && typeof content === 'string' && content !== '' && typeof special === 'boolean';
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

type Json = Record<string, unknown>;

/** The parsed text of a JSON file that must hold an object. */
export function parseObject(file: keyof TokenizerFiles, text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(file, 'is not JSON', error);
  }
  return asObject(file, value);
}

function asObject(file: string, value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(file, 'does not have the structure of a tokenizer');
  }
  return value as Json;
}

/** The error of a tokenizer file that is not what it must be. */
export function invalid(file: string, requirement: string, cause?: unknown): AppError {
  return new AppError(
    'tokenizer-invalid',
    `The model's tokenizer is not usable: ${file} ${requirement}. Fetch the checkpoint's tokenizer files again.`,
    { data: { file, requirement }, cause },
  );
}
