import { CloudOff, Eye } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useCurrentSession, useSession, useStudio } from '../../app/studio.ts';
import { faultText } from '../../i18n/i18n.ts';
import type { DocumentSession } from '../../session/document-session.ts';

/** What keeps work in this window from being saved, for as long as it lasts. */
export function SavingTrouble() {
  const { connection, patience, workspace } = useStudio();
  const session = useCurrentSession();
  const { t, i18n } = useTranslation(['trouble', 'start']);
  const state = useStore(connection.state);
  const hindrance = useStore(patience.hindrance);
  if (state === 'shut-out') return <Entrance />;
  const isAway = state === 'broken' || hindrance?.code === 'network-unreachable';
  if (!isAway && !hindrance) return null;
  const tryNow = (): void => {
    connection.tryNow();
    patience.tryNow();
  };
  return (
    <Strip text={isAway ? t('away') : t('kept', { fault: faultText(hindrance!, i18n.language) })}>
      {session && hindrance?.code === 'journal-failed' ? (
        <button
          type="button"
          className="button"
          onClick={() =>
            void workspace.moveToCopy(
              session,
              t('copy-of', { title: session.store.getState().tree.title || t('start:untitled') }),
            )
          }
        >
          {t('save-copy')}
        </button>
      ) : null}
      <button type="button" className="button" onClick={tryNow}>
        {t('try-now')}
      </button>
    </Strip>
  );
}

/** The way back in for a browser that the host does not know any more. */
function Entrance() {
  const { connection, notices } = useStudio();
  const { t } = useTranslation('trouble');
  const [link, setLink] = useState('');
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    notices.dismissFault();
    void connection.enter(link).catch(notices.fault);
  };
  return (
    <Strip text={t('shut-out')}>
      <form className="row" onSubmit={enter}>
        <input
          className="input"
          aria-label={t('link')}
          placeholder={t('link')}
          value={link}
          onChange={(event) => setLink(event.target.value)}
        />
        <button type="submit" className="button" disabled={link.trim() === ''}>
          {t('enter')}
        </button>
      </form>
    </Strip>
  );
}

/** Why the document in front cannot be changed, and what one can do instead. */
export function ReadOnlyReason({ session }: { session: DocumentSession }) {
  const { client, notices, workspace } = useStudio();
  const { t } = useTranslation('trouble');
  const access = useSession(session, (state) => state.access);
  if (access.mode === 'write') return null;
  const { because, owner } = access;
  const openCopy = async (): Promise<void> => {
    const { id } = await client.documents.duplicate({ id: session.id });
    await workspace.show(id);
  };
  return (
    <Strip icon={<Eye size={16} aria-hidden />} text={t(`read-only.${because}`, owner ?? { purpose: '', pid: 0 })}>
      {because === 'folder-read-only' ? null : (
        <button type="button" className="button" onClick={() => void openCopy().catch(notices.fault)}>
          {t('open-copy')}
        </button>
      )}
    </Strip>
  );
}

function Strip({ text, children, icon }: { text: string; children: ReactNode; icon?: ReactNode }) {
  return (
    <div className="fault-strip" data-tone="calm" role="status">
      {icon ?? <CloudOff size={16} aria-hidden />}
      <p className="spread">{text}</p>
      {children}
    </div>
  );
}
