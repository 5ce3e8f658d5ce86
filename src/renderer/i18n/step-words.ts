import type { HistoryNode } from '#shared/document/history-node';
import type { StepLabel } from '#shared/document/step-label';
import type { Words } from './i18n.ts';

/** What a step of the history says, in the language of the window: the name it was given, else what happened. */
export function stepWords(
  { name, label, recipe }: Pick<HistoryNode, 'name' | 'label' | 'recipe'>,
  words: Words,
): string {
  if (name !== null) return name;
  if (label.what === 'written') return label.text;
  if (label.what === 'made' && recipe && recipe.kind !== 'describe') {
    const { kind, prompt, seed } = recipe;
    const step = words(`prompt:run.${kind}`);
    return prompt === '' ? words('history:made', { step, seed }) : words('history:made-of', { step, prompt, seed });
  }
  return words(`history:step.${label.what}`, { name: 'name' in label ? subject(label, words) : '' });
}

/** What a step is about: one thing by its name, or that and others. */
function subject({ name: written, more }: Extract<StepLabel, { name: string }>, words: Words): string {
  const name = written || words('layers:new-layer');
  return more === undefined ? words('history:one', { name }) : words('history:several', { name, more, all: more + 1 });
}
