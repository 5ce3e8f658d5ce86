import type { Size } from '#shared/document/geometry';

import type { HostState } from '../stores/host-state.ts';
import { until } from '../stores/until.ts';
import { chosenModel } from './choose-model.ts';
import { pictureSize } from './request.ts';

const anySize = { width: null, height: null };

/** Of a picture that the model in use makes when nobody asks for a size; new documents have the same. */
export async function usualSize({ models, settings }: Pick<HostState, 'models' | 'settings'>): Promise<Size> {
  await until(models, (known) => known !== null);
  return pictureSize(anySize, chosenModel(models.getState(), { model: null }, settings.getState()));
}
