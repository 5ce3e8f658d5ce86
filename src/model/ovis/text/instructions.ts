/** What is wanted of a masked or added region. */
export type RegionIntent = 'fill' | 'add' | 'remove' | 'replace' | 'background' | 'expand';

/**
 * The instruction that goes with a region: the user's words in the sentence that says what to do with what the model is
 * shown there (see the recipe's prefill). Models are trained with the same sentences.
 */
export function regionInstruction(intent: RegionIntent, words: string): string {
  const prompt = words.trim().replace(/\.$/, '');
  const [asked, unasked] = sentences[intent];
  return prompt === '' ? unasked : asked.replace('{}', () => prompt);
}

/** With the user's words, and without any. */
const sentences: Record<RegionIntent, readonly [asked: string, unasked: string]> = {
  fill: ['Fill the blurred area with {}.', 'Fill the blurred area so that it fits the picture.'],
  add: ['Add {}.', 'Add something that fits the picture.'],
  remove: ['Remove {}.', 'Remove the object and show the background scenery.'],
  replace: ['Replace the grey area with {}.', 'Fill the grey area so that it fits the picture.'],
  background: ['Change the background to {}.', 'Make a plain background.'],
  expand: ['Extend the picture beyond its borders with {}.', 'Extend the picture beyond its borders.'],
};
