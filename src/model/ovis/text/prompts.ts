/**
 * A message with pictures, as the texts around them: a picture stands between every two neighbours, so that three
 * texts hold two pictures. Nothing a user types can make or hide a picture.
 */
export type PromptTexts = readonly [string, ...string[]];

/** A finished turn of a conversation. */
export interface ChatTurn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** Words that the model was trained to see around the user's. */
const GENERATE_PREFIX =
  'Describe the image by detailing the color, shape, size, texture, quantity, text, and spatial relationships of the objects:';
const UNCONDITIONAL = 'Generate an image.';
/** Where the answer starts, with thinking switched off. */
const ANSWER_OPENING = '<|im_start|>assistant\n<think>\n\n</think>\n\n';

/** Condition of text → image; its picture is a blank one. */
export function generatePrompt(prompt: string): PromptTexts {
  return userTurn(['', `\n${GENERATE_PREFIX}${prompt}`]);
}

/** Condition of an edit; its pictures are the source, and those that it may go by. */
export function editPrompt(instruction: string, pictures = 1): PromptTexts {
  return userTurn(withPictures(instruction.trim(), pictures));
}

/** The condition that guidance steers away from; its picture is a blank one, or its pictures are those of the edit. */
export function unconditionalPrompt(pictures = 1): PromptTexts {
  return userTurn(withPictures(UNCONDITIONAL, pictures));
}

/**
 * A conversation about `pictures` pictures, all of them shown in front of the first turn, that ends with the
 * assistant's turn opened. The last turn is the user's.
 */
export function askPrompt(turns: readonly [ChatTurn, ...ChatTurn[]], pictures: number): PromptTexts {
  const [first, ...others] = turns;
  const [head, ...tail] = userTurn(withPictures(first.text, pictures));
  const later = others
    .map(({ role, text }) => `<|im_start|>${role}\n${text}<|im_end|>\n`)
    .concat(ANSWER_OPENING)
    .join('');
  return appendText([head, ...tail], later);
}

function withPictures(question: string, pictures: number): PromptTexts {
  if (pictures === 0) return [question];
  if (pictures === 1) return ['', `\n${question}`];
  const numbered = Array.from({ length: pictures - 1 }, (_, i) => `\nImage ${i + 2}: `);
  return ['Image 1: ', ...numbered, `\n${question}`];
}

function userTurn([head, ...tail]: PromptTexts): PromptTexts {
  return appendText([`<|im_start|>user\n${head}`, ...tail], '<|im_end|>\n');
}

function appendText(texts: PromptTexts, text: string): PromptTexts {
  return [...texts.slice(0, -1), `${texts.at(-1)!}${text}`] as readonly string[] as PromptTexts;
}
