import { Copy, CornerDownLeft, Square } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';

import type { JobRecord } from '#shared/library/job-record';

import { useStudio } from '../../app/studio.ts';
import { faultText } from '../../i18n/i18n.ts';
import { ask } from '../../prompt/run-prompt.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';

/** What was asked about the picture, and what the model said, word by word as it comes. */
export function AskPanel({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation('ask');
  const jobs = useStore(
    studio.host.jobs,
    useShallow(({ jobs }) => [...jobs.values()].filter((job) => isAbout(job, session)).toSorted(byTime)),
  );
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => end.current?.scrollIntoView({ block: 'end' }), [jobs]);
  const askFor = (question: string) => () => void ask(studio, session, question).catch(studio.notices.fault);
  return (
    <div className="panel">
      <div className="panel-scroll ask" role="log" aria-label={t('title')} tabIndex={0}>
        {jobs.length === 0 ? <p className="empty">{t('empty')}</p> : null}
        {jobs.map((job) => (
          <Exchange key={job.id} session={session} job={job} />
        ))}
        <div ref={end} />
      </div>
      <div className="panel-foot">
        <button type="button" className="button" onClick={askFor(t('describe-question'))}>
          {t('describe')}
        </button>
        <button type="button" className="button" onClick={askFor(t('alt-question'))}>
          {t('alt')}
        </button>
        <button type="button" className="button" onClick={askFor(t('tags-question'))}>
          {t('tags')}
        </button>
      </div>
    </div>
  );
}

function Exchange({ session, job }: { session: DocumentSession; job: JobRecord }) {
  const studio = useStudio();
  const { t, i18n } = useTranslation('ask');
  const said = useStore(studio.host.jobs, ({ activity }) => activity.get(job.id)?.text ?? '');
  const question = job.request.kind === 'describe' ? (job.request.turns.at(-1)?.text ?? '') : '';
  const isRunning = job.state === 'running' || job.state === 'queued';
  const answer = isRunning ? said : job.text;
  const copy = (): void =>
    void navigator.clipboard.writeText(answer).then(() => studio.notices.say(t('copied')), studio.notices.fault);
  return (
    <div className="exchange">
      <p className="question">{question}</p>
      <div className="answer">
        {answer}
        {isRunning && answer === '' ? (
          <span className="quiet">{t(job.state === 'queued' ? 'waiting' : 'thinking')}</span>
        ) : null}
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
            <IconButton icon={CornerDownLeft} label={t('use')} onClick={() => session.setPrompt({ prompt: answer })} />
            <IconButton icon={Copy} label={t('copy')} onClick={copy} />
          </>
        )}
      </div>
    </div>
  );
}

const isAbout = ({ request, target }: JobRecord, { id }: DocumentSession): boolean =>
  request.kind === 'describe' && target?.document === id;
const byTime = (one: JobRecord, other: JobRecord): number => one.queuedAt - other.queuedAt;
