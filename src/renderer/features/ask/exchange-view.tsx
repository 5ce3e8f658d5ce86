import { Copy, CornerDownLeft, Square } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useStudio } from '../../app/studio.ts';
import { copyWords } from '../../client/clipboard.ts';
import { faultText } from '../../i18n/i18n.ts';
import { questionOf, type Exchange } from '../../prompt/conversations.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { focusPrompt } from '../prompt/focus-prompt.ts';

/** A question and its answer, which can be stopped, copied, and made a prompt. */
export function ExchangeView({ session, exchange }: { session: DocumentSession; exchange: Exchange }) {
  const studio = useStudio();
  const { t, i18n } = useTranslation('ask');
  const { t: engineWords } = useTranslation('status');
  const { job, request } = exchange;
  const said = useStore(studio.host.jobs, ({ activity }) => activity.get(job.id)?.text ?? '');
  const isRunning = job.state === 'running' || job.state === 'queued';
  const isStarting = useStore(studio.host.engine, ({ kind }) => kind === 'starting');
  const queued = isStarting ? engineWords('engine.starting') : t('waiting');
  const waiting = job.state === 'queued' ? queued : t('thinking');
  const answer = isRunning ? said : job.text;
  const copy = async (): Promise<void> => {
    studio.notices.say((await copyWords(answer)) ? t('copied') : studio.words('trouble:clipboard-refused'));
  };
  const takeAsPrompt = (): void => {
    // In the task box "Ask", the words would be asked back.
    session.setPrompt({ prompt: answer, task: 'auto' });
    focusPrompt();
  };
  return (
    <div className="exchange">
      <p className="question">{questionOf(request)}</p>
      <div className="answer">
        {answer}
        {isRunning && answer === '' ? <span className="quiet">{waiting}</span> : null}
        {job.state === 'failed' ? (
          <span className="fault">{job.error ? faultText(job.error, i18n.language) : null}</span>
        ) : null}
        {job.state === 'cancelled' ? <span className="quiet"> {t('cancelled')}</span> : null}
      </div>
      <div className="row">
        {isRunning ? (
          <IconButton
            icon={Square}
            label={t('stop')}
            onClick={() => void studio.client.jobs.cancel({ ids: [job.id] }).catch(studio.notices.fault)}
          />
        ) : (
          <>
            <IconButton icon={CornerDownLeft} label={t('use')} disabled={answer === ''} onClick={takeAsPrompt} />
            <IconButton icon={Copy} label={t('copy')} disabled={answer === ''} onClick={() => void copy()} />
          </>
        )}
      </div>
    </div>
  );
}
