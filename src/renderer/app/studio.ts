import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';

import type { StudioClient } from '#shared/contract/studio/contract';

import type { Blobs } from '../client/blobs.ts';
import type { Connection } from '../client/connection.ts';
import type { Patience } from '../client/patience.ts';
import type { Candidates } from '../features/candidates/candidates.ts';
import type { Words } from '../i18n/i18n.ts';
import type { DocumentSession, SessionState } from '../session/document-session.ts';
import { currentSession, type Workspace } from '../session/workspace.ts';
import type { HostState } from '../stores/host-state.ts';
import type { Notices } from '../stores/notices.ts';
import type { ViewState, ViewStore } from '../stores/view.ts';

/** Everything that panels and commands work with; put together once, in `main.tsx`. */
export interface Studio {
  readonly client: StudioClient;
  readonly connection: Connection;
  readonly isOnline: StoreApi<boolean>;
  readonly patience: Patience;
  readonly host: HostState;
  readonly blobs: Blobs;
  readonly notices: Notices;
  readonly workspace: Workspace;
  readonly view: ViewStore;
  readonly candidates: Candidates;
  readonly words: Words;
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error('the studio is around every panel');
  return studio;
}

export const useView = <Part>(select: (view: ViewState) => Part): Part => useStore(useStudio().view, select);

/** The document in front; null while none is. */
export const useCurrentSession = (): DocumentSession | null => useStore(useStudio().workspace.store, currentSession);

export const useSession = <Part>(session: DocumentSession, select: (state: SessionState) => Part): Part =>
  useStore(session.store, select);
