import { TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import type { ErrorCode } from '#base/error-codes';

import { useCurrentSession, useStudio, useView } from '../../app/studio.ts';
import { commandById } from '../../commands/commands.ts';
import { commandName } from '../../commands/names.ts';
import { runCommand } from '../../commands/run-command.ts';
import { faultText } from '../../i18n/i18n.ts';
import { toastsOver } from '../../stores/notices.ts';
import { IconButton } from '../../ui/icon-button.tsx';

/** What helps with a fault: the id of a command. */
const waysOut: Partial<Record<ErrorCode, string>> = {
  'model-missing': 'open-models',
  'model-too-large': 'open-models',
  'job-too-large': 'open-models',
  'package-damaged': 'open-models',
  'package-invalid': 'open-models',
  'engine-out-of-memory': 'open-models',
  'engine-start-failed': 'restart-engine',
  'engine-crashed': 'restart-engine',
};

/** A strip with what went wrong, in one sentence, and what helps; the rest on request. */
export function FaultStrip() {
  const studio = useStudio();
  const { notices, words } = studio;
  const { t, i18n } = useTranslation();
  const fault = useStore(notices.store, (state) => state.fault);
  const [isOpen, setOpen] = useState(false);
  if (!fault) return null;
  const { error, about } = fault;
  const details = Object.entries({ code: error.code, ...error.data });
  const wayOut = commandById.get(waysOut[error.code] ?? '');
  const sentence = faultText(error, i18n.language);
  return (
    <div className="fault-strip" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div className="spread">
        <p>{about ? t('about', { about, sentence }) : sentence}</p>
        {isOpen ? <pre className="small">{details.map(([key, value]) => `${key}: ${value}`).join('\n')}</pre> : null}
      </div>
      {wayOut ? (
        <button
          type="button"
          className="button"
          onClick={() => {
            notices.dismissFault();
            runCommand(studio, wayOut);
          }}
        >
          {commandName(words, wayOut)}
        </button>
      ) : null}
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
  const document = useCurrentSession()?.id ?? null;
  const toasts = toastsOver(
    useStore(notices.store, (state) => state.toasts),
    document,
  );
  const dialog = useView((view) => view.dialog);
  // What was said before a dialog came stands back behind it; what is said in it, often with a way back, is for it.
  const [before, setBefore] = useState({ dialog, last: 0 });
  if (before.dialog !== dialog) setBefore({ dialog, last: toasts.at(-1)?.id ?? 0 });
  return (
    <section
      className="toasts"
      role="status"
      // Written out, a dialog leaves it to those who listen, too.
      aria-live="polite"
      aria-label={t('notifications')}
      onPointerEnter={() => notices.hold(true)}
      onPointerLeave={() => notices.hold(false)}
      onFocus={() => notices.hold(true)}
      onBlur={() => notices.hold(false)}
    >
      {toasts.map(({ id, text, action }) => (
        <div key={id} className="toast" data-behind={(dialog !== null && id <= before.last) || undefined}>
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
