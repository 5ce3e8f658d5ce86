import { afterJobsEvent, noJobs, type JobsState } from '#shared/contract/studio/job-activity';
import type { StudioClient } from '#shared/contract/studio/contract';
import type { EngineState } from '#shared/contract/studio/engine-state';
import type { HostInfo } from '#shared/contract/studio/host';
import type { ModelsState } from '#shared/contract/studio/models';
import type { Cursor } from '#shared/contract/studio/watching';
import { defaultSettings, type Settings } from '#shared/library/settings';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { follow } from '../client/connection.ts';

/** What the host tells everybody, kept up to date for as long as the window is open. */
export interface HostState {
  readonly jobs: StoreApi<JobsState>;
  /** Null until the host has told for the first time. */
  readonly models: StoreApi<ModelsState | null>;
  readonly engine: StoreApi<EngineState>;
  readonly settings: StoreApi<Settings>;
  readonly info: StoreApi<HostInfo | null>;
}

export function followHost(
  client: StudioClient,
  { signal, onFault }: { readonly signal: AbortSignal; readonly onFault: (error: unknown) => void },
): HostState {
  const state: HostState = {
    jobs: createStore<JobsState>(() => noJobs),
    models: createStore<ModelsState | null>(() => null),
    engine: createStore<EngineState>(() => ({ kind: 'stopped', crash: null })),
    settings: createStore<Settings>(() => defaultSettings),
    info: createStore<HostInfo | null>(() => null),
  };
  const watch = <Event>(
    subscribe: (signal: AbortSignal) => Promise<AsyncIterable<Event>>,
    onEvent: (event: Event) => void,
  ): void => void follow(subscribe, onEvent, { signal }).catch(onFault);

  let cursor: Cursor | null = null;
  watch(
    (signal) => client.jobs.watch({ after: cursor }, { signal }),
    (event) => {
      cursor = event.cursor;
      state.jobs.setState(afterJobsEvent(state.jobs.getState(), event), true);
    },
  );
  watch(
    (signal) => client.models.watch(undefined, { signal }),
    (models) => state.models.setState(models, true),
  );
  watch(
    (signal) => client.engine.watch(undefined, { signal }),
    (engine) => state.engine.setState(engine, true),
  );
  watch(
    (signal) => client.settings.watch(undefined, { signal }),
    (settings) => state.settings.setState(settings, true),
  );
  client.host.info().then((info) => state.info.setState(info, true), onFault);
  return state;
}
