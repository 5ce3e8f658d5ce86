import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { zTask, type Task } from '#shared/document/prompt-state';
import type { Estimate } from '#shared/contract/studio/estimates';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { readiness, runPrompt } from '../../prompt/run-prompt.ts';
import { canvasFacts, chosenTask, type ChosenTask } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { Choice } from '../../ui/choice.tsx';
import { spokenBytes, spokenDuration } from '../../ui/durations.ts';
import { Tip } from '../../ui/tip.tsx';
import { focusResults } from '../candidates/candidate-strip.tsx';
import { focusCanvas } from '../canvas/focus-canvas.ts';
import { useRecall } from './earlier-prompts.ts';
import { MoreSettings } from './more-settings.tsx';
import { PictureSlots } from './picture-slots.tsx';
import { PromptShelf } from './prompt-shelf.tsx';
import { QuickPrompts } from './quick-prompts.tsx';
import { RerunChip } from './rerun-chip.tsx';
import { SamplingFields } from './sampling-fields.tsx';
import { SizeFields } from './size-fields.tsx';
import { useEstimate } from './use-estimate.ts';
import './prompt.css';

interface PromptProps {
  readonly session: DocumentSession;
  readonly task: ChosenTask;
}

/** One box where one says what to do, what will be done with it, and what it costs. */
export function PromptBar({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation('prompt');
  // What Enter does depends on all of these.
  useSession(session, (state) => state.prompt);
  useSession(session, (state) => state.document);
  useSession(session, (state) => state.access);
  useView((view) => view.rerun);
  useStore(studio.isOnline);
  useStore(studio.host.models);
  useStore(studio.host.settings);
  const { task, obstacle } = readiness(studio, session);
  const estimate = useEstimate(session, task);
  const isTooLarge = estimate?.fits === 'no';
  const isBlocked = obstacle !== null || isTooLarge;
  const reason = obstacle ? t(`obstacle.${obstacle}`) : memoryReason(estimate);
  function memoryReason(of: Estimate | null): string | null {
    if (!of || of.fits === 'yes') return null;
    const amounts = { needed: spokenBytes(of.memoryBytes), available: spokenBytes(of.availableBytes) };
    return t(isTooLarge ? 'memory-refused' : 'memory-short', amounts);
  }
  const run = (): void => {
    if (isTooLarge && reason) studio.notices.say(reason);
    else void runPrompt(studio, session);
  };
  return (
    <section className="prompt-bar" aria-label={t('bar')}>
      <div className="prompt-main">
        <TaskChip session={session} task={task} />
        <RerunChip session={session} />
        <PromptBox session={session} task={task} onRun={run} />
        <PromptShelf session={session} />
        <QuickPrompts session={session} />
        <Tip text={reason ?? t(`task.${task}`)} keys={isBlocked ? null : '↵'}>
          <button
            type="button"
            className="button run"
            data-look="main"
            aria-disabled={isBlocked}
            aria-describedby={reason ? 'run-reason' : undefined}
            onClick={run}
          >
            {t(`run.${task}`)}
            {estimate?.timeMs ? <span className="small">{spokenDuration(studio.words, estimate.timeMs)}</span> : null}
          </button>
        </Tip>
        {reason ? (
          <span id="run-reason" className="visually-hidden">
            {reason}
          </span>
        ) : null}
      </div>
      {task === 'describe' ? null : (
        <div className="prompt-settings">
          <PictureSlots session={session} task={task} />
          {task === 'generate' ? <SizeFields session={session} /> : null}
          <SamplingFields session={session} task={task} />
          <span className="spread" />
          <MoreSettings session={session} task={task} />
        </div>
      )}
    </section>
  );
}

function PromptBox({ session, task, onRun }: PromptProps & { onRun: () => void }) {
  const { t } = useTranslation('prompt');
  const words = useSession(session, ({ prompt }) => prompt.prompt);
  const recall = useRecall(session);
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      onRun();
    } else if (event.key === 'ArrowUp' && (words === '' || recall.isRecalling)) {
      event.preventDefault();
      recall.go(1);
    } else if (event.key === 'ArrowDown' && recall.isRecalling) {
      event.preventDefault();
      recall.go(-1);
    } else if (event.key === 'Escape' && !focusResults()) focusCanvas();
  };
  return (
    <textarea
      id="prompt"
      className="prompt-box"
      rows={Math.min(4, words.split('\n').length)}
      aria-label={t('label')}
      placeholder={t(`placeholder.${task}`)}
      value={words}
      onChange={(event) => {
        recall.stop();
        session.setPrompt({ prompt: event.target.value.slice(0, 8000) });
      }}
      onKeyDown={keyDown}
    />
  );
}

function TaskChip({ session, task }: PromptProps) {
  const { t } = useTranslation('prompt');
  const prompt = useSession(session, (state) => state.prompt);
  const document = useSession(session, (state) => state.document);
  const automatic = prompt.task === 'auto' ? task : chosenTask({ ...prompt, task: 'auto' }, canvasFacts(document));
  return (
    <Choice<Task>
      label={t('task-label')}
      value={prompt.task}
      options={zTask.options.map((value) => ({
        value,
        label: value === 'auto' ? t('task.auto', { task: t(`task.${automatic}`) }) : t(`task.${value}`),
      }))}
      onChange={(value) => session.setPrompt({ task: value })}
    />
  );
}
