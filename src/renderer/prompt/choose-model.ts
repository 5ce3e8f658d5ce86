import type { Model, ModelsState } from '#shared/contract/studio/models';
import type { Parameters } from '#shared/document/prompt-state';
import type { Settings } from '#shared/library/settings';

/** The model that a run takes: that of the document, else that of the settings, else the preferred one. */
export function chosenModel(
  state: ModelsState | null,
  { model }: Pick<Parameters, 'model'>,
  settings: Pick<Settings, 'model'>,
): Model | null {
  const wanted = [model, settings.model, state?.preferred];
  const usable = state?.models.filter(({ precision }) => precision !== null) ?? [];
  for (const id of wanted) {
    const found = usable.find((each) => each.id === id);
    if (found) return found;
  }
  return usable[0] ?? null;
}

/** A model that is there and cannot be read; its problem says why. Null where there is none. */
export function damagedModel(state: ModelsState | null): Model | null {
  return state?.models.find(({ precision, problem }) => precision === null && problem !== null) ?? null;
}
