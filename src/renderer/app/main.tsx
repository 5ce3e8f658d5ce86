import { Tooltip } from '@base-ui/react/tooltip';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';

import { rpcUrl } from '#shared/contract/studio/contract';
import { appProtocol } from '#shared/contract/studio/shell-port';

import '../ui/tokens.css';
import '../ui/controls.css';
import './app.css';
import './small-window.css';
import { httpBlobs } from '../client/blobs.ts';
import { connect } from '../client/connection.ts';
import { createPatience } from '../client/patience.ts';
import { connectToShell } from '../client/shell-connection.ts';
import { createCandidates } from '../features/candidates/candidates.ts';
import { TroubleBoundary } from '../features/status/trouble-boundary.tsx';
import { createWords, languageOf } from '../i18n/i18n.ts';
import { usualSize } from '../prompt/usual-size.ts';
import { Workspace } from '../session/workspace.ts';
import { followHost } from '../stores/host-state.ts';
import { createNotices } from '../stores/notices.ts';
import { createViewStore } from '../stores/view.ts';
import { App } from './app.tsx';
import { followLook } from './follow-look.ts';
import { followShell } from './follow-shell.ts';
import { keepFocus } from './keep-focus.ts';
import { keepUnsaved } from './keep-unsaved.ts';
import { followWindow } from './follow-window.ts';
import { listenToKeys } from './listen-to-keys.ts';
import { placeMenusByKey } from './menus-by-key.ts';
import { openFirst } from './open-first.ts';
import { StudioContext, type Studio } from './studio.ts';

const socketUrl = new URL(rpcUrl, document.baseURI);
socketUrl.protocol = socketUrl.protocol === 'https:' ? 'wss:' : 'ws:';

const notices = createNotices();
const isInShell = window.location.protocol === appProtocol;
const patience = createPatience();
const connection = isInShell ? connectToShell() : connect(socketUrl);
const { client } = connection;
const blobs = httpBlobs(patience);
const closing = new AbortController();
const host = followHost(client, { signal: closing.signal, onFault: notices.fault });
const i18n = createWords(languageOf({ language: 'system' }, navigator.languages));
const studio: Studio = {
  client,
  connection,
  isOnline: connection.isOnline,
  patience,
  host,
  blobs,
  notices,
  workspace: new Workspace({
    client,
    blobs,
    patience,
    onFault: notices.fault,
    usualSize: () => usualSize(host),
  }),
  view: createViewStore(),
  candidates: createCandidates({ client, host, onFault: notices.fault }),
  words: i18n.t,
};
followLook(host.settings, i18n);
listenToKeys(studio);
placeMenusByKey();
keepFocus();
followShell(studio, { signal: closing.signal });
followWindow(studio, { signal: closing.signal });
keepUnsaved(studio);
window.addEventListener('pagehide', () => closing.abort());

createRoot(document.querySelector('#studio')!).render(
  <I18nextProvider i18n={i18n}>
    <StudioContext value={studio}>
      <Tooltip.Provider delay={500}>
        <TroubleBoundary>
          <App />
        </TroubleBoundary>
      </Tooltip.Provider>
    </StudioContext>
  </I18nextProvider>,
);

void openFirst(studio);
