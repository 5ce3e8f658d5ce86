import { TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useStudio } from '../../app/studio.ts';
import { faultText } from '../../i18n/i18n.ts';
import { IconButton } from '../../ui/icon-button.tsx';

/** A strip with what went wrong, in one sentence; the rest on request. */
export function FaultStrip() {
  const { notices } = useStudio();
  const { t, i18n } = useTranslation();
  const fault = useStore(notices.store, (state) => state.fault);
  const [isOpen, setOpen] = useState(false);
  if (!fault) return null;
  const details = Object.entries({ code: fault.code, ...fault.data });
  return (
    <div className="fault-strip" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div className="spread">
        <p>{faultText(fault, i18n.language)}</p>
        {isOpen ? <pre className="small">{details.map(([key, value]) => `${key}: ${value}`).join('\n')}</pre> : null}
      </div>
      <button
        type="button"
        className="button"
        data-look="quiet"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {t('details')}
      </button>
      <IconButton icon={X} label={t('dismiss')} onClick={() => notices.dismissFault()} />
    </div>
  );
}

/** Short words that go by themselves, often with a way back. */
export function Toasts() {
  const { notices } = useStudio();
  const { t } = useTranslation();
  const toasts = useStore(notices.store, (state) => state.toasts);
  return (
    <section className="toasts" role="status" aria-label={t('notifications')}>
      {toasts.map(({ id, text, action }) => (
        <div key={id} className="toast">
          <span className="spread">{text}</span>
          {action ? (
            <button
              type="button"
              className="button"
              data-look="quiet"
              onClick={() => {
                action.run();
                notices.dismiss(id);
              }}
            >
              {action.label}
            </button>
          ) : null}
          <IconButton icon={X} label={t('dismiss')} onClick={() => notices.dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
