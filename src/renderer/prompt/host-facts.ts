/** @file What of the studio itself decides whether a task can run. */
import type { Model } from '#shared/contract/studio/models';

import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { chosenModel, damagedModel } from './choose-model.ts';
import type { HostFacts } from './task.ts';

export function modelFor({ host }: Pick<Studio, 'host'>, { store }: DocumentSession): Model | null {
  return chosenModel(host.models.getState(), store.getState().prompt.parameters, host.settings.getState());
}

export function hostFacts(studio: Pick<Studio, 'host' | 'isOnline'>, session: DocumentSession): HostFacts {
  return {
    isOnline: studio.isOnline.getState(),
    model: modelFor(studio, session) ? 'ready' : damagedModel(studio.host.models.getState()) ? 'damaged' : 'none',
    canWrite: session.canWrite,
  };
}
