import { Shield, Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import type { CanvasEngine } from '../../canvas/engine/canvas-engine.ts';
import { stepWords } from '../../i18n/step-words.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { spokenDuration } from '../../ui/durations.ts';
import { useObservable } from '../../ui/use-observable.ts';
import { stopRest } from '../candidates/keep.ts';
import { newsOfJobs, type JobNews } from './job-news.ts';

/** What is going on, in one line; screen readers hear what begins and ends. */
export function StatusBar({ session }: { session: DocumentSession | null }) {
  const studio = useStudio();
  const { t } = useTranslation('status');
  const isOnline = useStore(studio.isOnline);
  const canvas = useView((view) => view.canvas);
  return (
    <footer className="status-bar" aria-label={t('title')}>
      {canvas ? <CanvasStatus canvas={canvas} /> : null}
      {session ? <DocumentSize session={session} /> : null}
      {session ? <CurrentStep session={session} /> : null}
      <JobStatus />
      <JobWords />
      <span className="spread" />
      <span role="status">{isOnline ? null : <span className="fault">{t('offline')}</span>}</span>
      {session ? <SaveStatus session={session} /> : null}
    </footer>
  );
}

function CanvasStatus({ canvas }: { canvas: CanvasEngine }) {
  const { t } = useTranslation('status');
  const zoom = useObservable(canvas.state, ({ viewport }) => Math.round(viewport.zoom * 100));
  return (
    <button
      type="button"
      className="status-button"
      aria-label={t('zoom', { value: zoom })}
      onClick={() => canvas.viewport.fit()}
    >
      {zoom} %
    </button>
  );
}

function DocumentSize({ session }: { session: DocumentSession }) {
  const width = useSession(session, ({ document }) => document.width);
  const height = useSession(session, ({ document }) => document.height);
  const hasMask = useSession(session, ({ document }) => document.selection !== null);
  const { t } = useTranslation('status');
  return (
    <>
      <span>
        {width} × {height}
      </span>
      {hasMask ? (
        <span className="row" title={t('shield-hint')}>
          <Shield size={13} aria-hidden className="shield" />
          <span className="small">{t('shield')}</span>
        </span>
      ) : null}
    </>
  );
}

/** Where one is in the history, for those who cannot see the picture change. */
function CurrentStep({ session }: { session: DocumentSession }) {
  const { words } = useStudio();
  const { t } = useTranslation('status');
  const node = useSession(session, ({ tree }) => tree.nodes.get(tree.current!));
  return (
    <span role="status" className="visually-hidden">
      {node ? t('at-step', { step: stepWords(node, words) }) : null}
    </span>
  );
}

function JobStatus() {
  const studio = useStudio();
  const { host, words } = studio;
  const { t } = useTranslation(['status', 'jobs']);
  const { jobs, activity } = useStore(host.jobs);
  const isStarting = useStore(host.engine, ({ kind }) => kind === 'starting');
  const all = [...jobs.values()];
  const running = all.find(({ state }) => state === 'running');
  const waiting = all.filter(({ state }) => state === 'queued').length;
  const told = running && activity.get(running.id);
  return (
    <>
      <span className="row">
        {running ? <span>{told?.phase ? t(`jobs:phase.${told.phase}`) : t('jobs:state.running')}</span> : null}
        {told?.steps ? <span>{t('status:step', { step: told.step, steps: told.steps })}</span> : null}
        {told?.timeLeftMs ? <span>{t('status:left', { time: spokenDuration(words, told.timeLeftMs) })}</span> : null}
        {waiting > 0 ? (
          <span>{isStarting ? t('status:engine.starting') : t('status:waiting', { count: waiting })}</span>
        ) : null}
      </span>
      {running ? (
        <button type="button" className="status-button row" onClick={() => stopRest(studio, running)}>
          <Square size={11} fill="currentColor" aria-hidden />
          {t('status:stop')}
        </button>
      ) : null}
    </>
  );
}

/** The same in whole words, for those who listen: what begins and ends, for every step would drown out all else. */
function JobWords() {
  const { host } = useStudio();
  const { t } = useTranslation(['status', 'prompt']);
  const [news, setNews] = useState<JobNews | null>(null);
  useEffect(
    () => host.jobs.subscribe((jobs, before) => setNews((last) => newsOfJobs(before, jobs) ?? last)),
    [host.jobs],
  );
  return (
    <span role="status" className="visually-hidden">
      {news ? t(`status:job.${news.what}`, { task: t(`prompt:task.${news.task}`) }) : null}
    </span>
  );
}

function SaveStatus({ session }: { session: DocumentSession }) {
  const { t } = useTranslation('status');
  const unsaved = useSession(session, (state) => state.unsaved);
  const access = useSession(session, (state) => state.access.mode);
  if (access === 'read') return <span>{t('read-only')}</span>;
  return <span className="quiet">{t(unsaved > 0 ? 'saving' : 'saved')}</span>;
}
