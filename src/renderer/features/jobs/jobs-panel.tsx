import { ArrowUp, RotateCcw, Square } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import { inOrder } from '#shared/contract/studio/job-activity';
import { isFinal, type JobRecord } from '#shared/library/job-record';

import { useStudio } from '../../app/studio.ts';
import { faultText } from '../../i18n/i18n.ts';
import { spokenDuration } from '../../ui/durations.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { canBeOffered } from '../candidates/candidates.ts';

/** What waits, what runs, and what has ended: what comes next on top. */
export function JobsPanel() {
  const { host } = useStudio();
  const { t } = useTranslation('jobs');
  const { jobs } = useStore(host.jobs);
  const listed = inOrder(jobs.values());
  if (listed.length === 0) return <p className="empty">{t('empty')}</p>;
  const next = listed.find(({ state }) => state === 'queued') ?? null;
  return (
    <ul className="panel-scroll" aria-label={t('title')}>
      {listed.map((job) => (
        <JobRow key={job.id} job={job} first={next} />
      ))}
    </ul>
  );
}

function JobRow({ job, first }: { job: JobRecord; first: JobRecord | null }) {
  const { candidates, client, host, notices, words, workspace } = useStudio();
  const { t, i18n } = useTranslation(['jobs', 'prompt', 'status', 'common']);
  const activity = useStore(host.jobs, ({ activity }) => activity.get(job.id));
  const { request, state } = job;
  const said = request.kind === 'describe' ? (request.turns.at(-1)?.text ?? '') : request.prompt;
  const task = t(`prompt:task.${request.kind}`);
  const [result] = job.results;
  const about = said ? t('common:about', { about: task, sentence: said }) : task;
  const showResults = (): void => {
    candidates.bringBack(job);
    void workspace.show(job.target!.document);
  };
  return (
    <li className="job-row">
      {result ? (
        <img src={thumbnailUrl(result, 128)} alt="" loading="lazy" />
      ) : (
        <span className="job-face" aria-hidden />
      )}
      <div className="spread">
        {canBeOffered(job) ? (
          <button type="button" className="job-words truncate" title={t('jobs:offer')} onClick={showResults}>
            {about}
          </button>
        ) : (
          <p className="truncate">{about}</p>
        )}
        <p className="quiet small">
          {activity?.phase ? t(`jobs:phase.${activity.phase}`) : t(`jobs:state.${state}`)}
          {activity?.steps ? ` · ${t('status:step', { step: activity.step, steps: activity.steps })}` : ''}
          {activity?.timeLeftMs ? ` · ${t('status:left', { time: spokenDuration(words, activity.timeLeftMs) })}` : ''}
          {job.report ? ` · ${spokenDuration(words, job.report.totalMs)}` : ''}
          {job.wasInterrupted ? ` · ${t('jobs:interrupted')}` : ''}
        </p>
        {job.error ? <p className="fault small">{faultText(job.error, i18n.language)}</p> : null}
        {activity?.steps ? (
          <div className="progress">
            <div style={{ width: `${(activity.step / activity.steps) * 100}%` }} />
          </div>
        ) : null}
      </div>
      {state === 'queued' && first && first.id !== job.id ? (
        <IconButton
          icon={ArrowUp}
          label={t('jobs:up')}
          onClick={({ currentTarget }) => {
            // The first has no such button: the keys go to the one beside it.
            (currentTarget.nextElementSibling as HTMLElement | null)?.focus();
            void client.jobs.move({ id: job.id, before: first.id }).catch(notices.fault);
          }}
        />
      ) : null}
      {isFinal(state) ? (
        <IconButton
          icon={RotateCcw}
          label={t('jobs:retry')}
          onClick={() =>
            void client.jobs
              .retry({ id: job.id })
              .then(({ id, offer, target }) => offer && target && candidates.show(target.document, id), notices.fault)
          }
        />
      ) : (
        <IconButton
          icon={Square}
          label={t('jobs:stop')}
          onClick={() => void client.jobs.cancel({ ids: [job.id] }).catch(notices.fault)}
        />
      )}
    </li>
  );
}
