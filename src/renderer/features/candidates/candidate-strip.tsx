import { Check, Columns2, RefreshCw, ScanEye, Square, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import type { Document } from '#shared/document/document';
import type { NodeId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { commandById } from '../../commands/commands.ts';
import { faultText } from '../../i18n/i18n.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { focusCanvas } from '../canvas/focus-canvas.ts';
import { flipCandidate, offeredIn, unfinishedWith } from './candidates.ts';
import { keepCandidate, putAwayCandidate, stopRest } from './keep.ts';
import { anchorOf } from './placement.ts';

/** Results side by side below the canvas, which makes room for them as long as there are any to choose from. */
export function CandidateStrip({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const state = useStore(studio.candidates.store);
  const jobs = useStore(studio.host.jobs);
  const { offered, chosen } = offeredIn(state, session.id, jobs);
  return chosen ? <Strip session={session} offered={offered} chosen={chosen} /> : null;
}

/** Gives the keys to the results. @returns false where there are none */
export function focusResults(): boolean {
  const strip = document.querySelector<HTMLElement>('.candidates');
  strip?.focus();
  return strip !== null;
}

interface StripProps {
  readonly session: DocumentSession;
  readonly offered: readonly JobRecord[];
  readonly chosen: JobRecord;
}

/** The chosen one is shown in place; the arrow keys flip, Enter keeps and Delete puts away. */
function Strip({ session, offered, chosen }: StripProps) {
  const studio = useStudio();
  const { t } = useTranslation('candidates');
  const isComparing = useView((view) => view.comparison !== null);
  const place = useRef<HTMLDivElement>(null);
  const isReady = chosen.state === 'finished';
  const state = useStore(studio.candidates.store);
  const jobs = useStore(studio.host.jobs);
  const unfinished = unfinishedWith(state, jobs, chosen.id);

  // The keys go to the strip when a result has come, unless somebody is writing or drawing.
  const wasReady = useRef(isReady);
  useEffect(() => {
    if (isReady && !wasReady.current && document.activeElement === document.body) place.current?.focus();
    wasReady.current = isReady;
  }, [isReady]);

  const nameOf = (job: JobRecord, index: number): string =>
    `${t('result', { index: index + 1, count: offered.length })} · ${t(stateKey(job))}`;
  const again = async (job: JobRecord): Promise<void> => {
    const { request } = job;
    if (request.kind === 'describe') return;
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const { count } = session.store.getState().prompt.parameters;
    const requests = Array.from({ length: count }, (_, index) => ({ ...request, seed: (seed + index) >>> 0 }));
    const { target } = job;
    const [first] = await studio.client.jobs.start({ requests, target, offer: { joins: job.id, rerunOf: null } });
    if (first) studio.candidates.show(session.id, first.id);
  };
  return (
    <div
      ref={place}
      className="candidates"
      role="group"
      tabIndex={-1}
      aria-label={t('title')}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') flipCandidate(studio, session.id, 1);
        else if (event.key === 'ArrowLeft') flipCandidate(studio, session.id, -1);
        else if (event.key === 'Escape' && !isComparing) focusCanvas();
        else if (event.key === 'Enter' && event.target === place.current) {
          void keepCandidate(studio, session, chosen);
        } else if (event.key === 'Delete' || event.key === 'Backspace') {
          putAwayCandidate(studio, chosen);
          focusCanvas();
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div className="candidate-list">
        {offered.map((job, index) => (
          <button
            key={job.id}
            type="button"
            className="candidate"
            aria-pressed={job === chosen}
            aria-label={nameOf(job, index)}
            onClick={() => studio.candidates.show(session.id, job.id)}
          >
            <CandidateFace job={job} />
          </button>
        ))}
      </div>
      <div className="candidate-words" role="status" aria-atomic>
        <span className="visually-hidden">{nameOf(chosen, offered.indexOf(chosen))} </span>
        <Verdict session={session} job={chosen} />
      </div>
      {unfinished.length > 0 ? (
        <IconButton icon={Square} label={t('stop-rest')} onClick={() => stopRest(studio, chosen)} />
      ) : null}
      <IconButton
        icon={Columns2}
        label={t('compare')}
        pressed={isComparing}
        onClick={() => void commandById.get('compare')!.run(studio)}
      />
      <IconButton icon={RefreshCw} label={t('again')} onClick={() => void again(chosen).catch(studio.notices.fault)} />
      <button
        type="button"
        className="button"
        data-look="main"
        disabled={!isReady}
        title={t('keep-hint')}
        onClick={() => void keepCandidate(studio, session, chosen)}
      >
        <Check size={14} aria-hidden />
        {t('keep')}
      </button>
      <IconButton
        icon={X}
        label={t(unfinished.length > 0 ? 'away-stopped' : 'away')}
        onClick={() => putAwayCandidate(studio, chosen)}
      />
    </div>
  );
}

function CandidateFace({ job }: { job: JobRecord }) {
  const { host } = useStudio();
  const activity = useStore(host.jobs, ({ activity }) => activity.get(job.id));
  const [result] = job.results;
  if (result) return <img src={thumbnailUrl(result, 128)} alt="" />;
  if (job.state === 'failed') return <X size={20} aria-hidden />;
  const part = activity?.steps ? activity.step / activity.steps : 0;
  return (
    <>
      {activity?.preview ? <img src={activity.preview.url} alt="" /> : <span className="candidate-wait" aria-hidden />}
      <span className="candidate-progress" style={{ transform: `scaleX(${part})` }} aria-hidden />
    </>
  );
}

/** Whether the canvas still has the place that a result was made for; taken for granted until it is known. */
function useFits(session: DocumentSession, job: JobRecord): boolean {
  const document = useSession(session, (state) => state.document);
  const [made, setMade] = useState<{ readonly node: NodeId; readonly document: Document } | null>(null);
  const node = job.target?.node;
  useEffect(() => {
    let isOver = false;
    // Where it cannot be had, whoever keeps the result is told.
    if (node)
      session.documentAt(node).then(
        (found) => isOver || setMade({ node, document: found }),
        () => undefined,
      );
    return () => {
      isOver = true;
    };
  }, [session, node]);
  return made?.node !== node || !made || anchorOf(job, made.document, document) !== null;
}

/** What became of it, in a few words. */
function Verdict({ session, job }: { session: DocumentSession; job: JobRecord }) {
  const { t, i18n } = useTranslation(['candidates', 'commands', 'status']);
  const studio = useStudio();
  const isStarting = useStore(studio.host.engine, ({ kind }) => kind === 'starting');
  const showsChange = useView((view) => view.showsChange);
  const fits = useFits(session, job);
  if (job.state === 'failed')
    return <span className="fault">{job.error ? faultText(job.error, i18n.language) : t('candidates:failed')}</span>;
  if (job.state === 'queued' && isStarting) return <span>{t('status:engine.starting')}</span>;
  if (job.state !== 'finished') return <span>{t(`candidates:${stateKey(job)}`)}</span>;
  const { composition } = job;
  if (!composition) return null;
  if (!fits) return <span>{t('candidates:elsewhere')}</span>;
  if (!composition.patch) return <span>{t('candidates:unchanged')}</span>;
  const { changedFraction } = composition;
  // A little is not nothing.
  const percent = changedFraction < 0.001 ? '< 0.1' : (changedFraction * 100).toFixed(1);
  return (
    <button
      type="button"
      className="button change-button"
      data-look="quiet"
      title={t('commands:show-change')}
      aria-pressed={showsChange}
      onClick={() => void commandById.get('show-change')!.run(studio)}
    >
      <ScanEye size={14} aria-hidden />
      {t('candidates:changed', { percent })}
    </button>
  );
}

function stateKey({ state }: JobRecord): 'waiting' | 'running' | 'failed' | 'done' {
  if (state === 'queued') return 'waiting';
  if (state === 'running') return 'running';
  return state === 'finished' ? 'done' : 'failed';
}
