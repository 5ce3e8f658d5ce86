/** @file The three families of data of the released model's training, as kinds of samples with their shares. */
import type { EditKind, SampleKind, UnderstandingKind } from '../../data/samples/sample-plan.ts';

type Mix<Kind extends SampleKind> = Readonly<Record<Kind, number>>;

/** Picture and words → words. */
export const understanding: Mix<UnderstandingKind> = {
  caption: 2,
  what: 1,
  'how-many': 1,
  'which-color': 1,
  where: 1,
  'what-text': 0.5,
  'which-background': 0.7,
  'which-style': 0.5,
  'yes-no': 1,
  conversation: 1,
};

/** Words → picture. */
export const generation: Mix<'generate'> = { generate: 1 };

/** Picture and words → picture: editing, restoring, references, control maps, and filling in. */
export const editing: Mix<EditKind> = {
  add: 1.5,
  remove: 1.5,
  replace: 1.5,
  recolor: 1.5,
  background: 1.5,
  move: 1,
  resize: 0.6,
  style: 1,
  text: 0.6,
  'cut-out': 0.8,
  denoise: 0.4,
  deblur: 0.4,
  colorize: 0.6,
  'subject-reference': 0.8,
  'style-reference': 0.8,
  canny: 0.8,
  depth: 0.8,
  inpaint: 2,
  outpaint: 2,
};

/** A mix with all its shares scaled to add up to `total`. */
export function share<Kind extends SampleKind>(total: number, mix: Mix<Kind>): Record<Kind, number> {
  const entries = Object.entries<number>(mix);
  const sum = entries.reduce((all, [, weight]) => all + weight, 0);
  return Object.fromEntries(entries.map(([kind, weight]) => [kind, (total * weight) / sum])) as Record<Kind, number>;
}
