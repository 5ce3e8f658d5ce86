import { Menu } from '@base-ui/react/menu';
import { Popover } from '@base-ui/react/popover';
import { Dices, Lock, LockOpen, SlidersHorizontal, Sparkles } from 'lucide-react';
import { useEffect, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { zSolver } from '#shared/contract/job-request';
import { zTask, type Parameters, type Task } from '#shared/document/prompt-state';
import { inOrder } from '#shared/contract/studio/job-activity';
import type { Estimate } from '#shared/contract/studio/estimates';

import { useSession, useStudio } from '../../app/studio.ts';
import { chosenModel } from '../../prompt/choose-model.ts';
import { sizeOfAspect, snappedSize } from '../../prompt/request.ts';
import { readiness, runPrompt } from '../../prompt/run-prompt.ts';
import type { ChosenTask } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { Choice } from '../../ui/choice.tsx';
import { spokenBytes, spokenDuration } from '../../ui/durations.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { NumberInput } from '../../ui/number-input.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { Tip } from '../../ui/tip.tsx';

const quickPrompts = [
  'remove',
  'background',
  'recolour',
  'restyle',
  'colourise',
  'sharpen',
  'denoise',
  'cutout',
] as const;

/** One box where one says what to do, what will be done with it, and what it costs. */
export function PromptBar({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const { t } = useTranslation('prompt');
  const prompt = useSession(session, (state) => state.prompt);
  // What Enter does depends on all of these.
  useSession(session, (state) => state.document);
  useSession(session, (state) => state.access);
  useStore(studio.isOnline);
  useStore(studio.host.models);
  useStore(studio.host.settings);
  const { task, obstacle } = readiness(studio, session);
  const estimate = useEstimate(session, task);
  const recall = useRecall(session);

  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      void runPrompt(studio, session);
    } else if (event.key === 'ArrowUp' && (prompt.prompt === '' || recall.isRecalling)) {
      event.preventDefault();
      recall.go(1);
    } else if (event.key === 'ArrowDown' && recall.isRecalling) {
      event.preventDefault();
      recall.go(-1);
    } else if (event.key === 'Escape') event.currentTarget.blur();
  };
  const reason = obstacle ? t(`obstacle.${obstacle}`) : memoryWarning(estimate);
  function memoryWarning(of: Estimate | null): string | null {
    if (!of || of.memoryBytes <= of.availableBytes) return null;
    return t('memory-short', { needed: spokenBytes(of.memoryBytes), available: spokenBytes(of.availableBytes) });
  }
  return (
    <section className="prompt-bar" aria-label={t('bar')}>
      <div className="prompt-main">
        <TaskChip session={session} task={task} />
        <textarea
          id="prompt"
          className="prompt-box"
          rows={Math.min(4, prompt.prompt.split('\n').length)}
          aria-label={t('label')}
          placeholder={t(`placeholder.${task}`)}
          value={prompt.prompt}
          onChange={(event) => {
            recall.stop();
            session.setPrompt({ prompt: event.target.value.slice(0, 8000) });
          }}
          onKeyDown={keyDown}
        />
        <QuickPrompts session={session} />
        <Tip text={reason ?? t(`task.${task}`)} keys={obstacle ? null : '↵'}>
          <button
            type="button"
            className="button run"
            data-look="main"
            aria-disabled={obstacle !== null}
            aria-describedby={reason ? 'run-reason' : undefined}
            onClick={() => void runPrompt(studio, session)}
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
      <div className="prompt-settings">
        {task === 'generate' ? <SizeFields session={session} /> : null}
        {task === 'describe' ? null : <SamplingFields session={session} task={task} />}
        <span className="spread" />
        {task === 'describe' ? null : <MoreSettings session={session} task={task} />}
      </div>
    </section>
  );
}

function TaskChip({ session, task }: { session: DocumentSession; task: ChosenTask }) {
  const { t } = useTranslation('prompt');
  const set = useSession(session, (state) => state.prompt.task);
  return (
    <Choice<Task>
      label={t('task-label')}
      value={set}
      options={zTask.options.map((value) => ({
        value,
        label:
          value === 'auto' ? `${t(`task.${task}`)}${set === 'auto' ? '' : ` · ${t('task.auto')}`}` : t(`task.${value}`),
      }))}
      onChange={(value) => session.setPrompt({ task: value })}
    />
  );
}

/** Ordinary prompts that one can read and change before they run. */
function QuickPrompts({ session }: { session: DocumentSession }) {
  const { t } = useTranslation('prompt');
  return (
    <Menu.Root>
      <Menu.Trigger className="icon-button" aria-label={t('quick')} title={t('quick')}>
        <Sparkles size={16} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" sideOffset={6} style={{ zIndex: 40 }}>
          <Menu.Popup className="popup">
            {quickPrompts.map((each) => (
              <Menu.Item
                key={each}
                className="menu-item"
                onClick={() => {
                  session.setPrompt({ prompt: t(`words-${each}`) });
                  requestAnimationFrame(() => document.querySelector<HTMLTextAreaElement>('#prompt')?.focus());
                }}
              >
                {t(`quick-${each}`)}
                <span className="keys truncate">{t(`words-${each}`)}</span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

type Change = (changes: Partial<Parameters>) => void;

const useParameters = (session: DocumentSession): [Parameters, Change] => [
  useSession(session, (state) => state.prompt.parameters),
  (parameters) => session.setPrompt({ parameters }),
];

const aspects = { '1:1': 1, '4:3': 4 / 3, '3:4': 3 / 4, '16:9': 16 / 9, '9:16': 9 / 16 } as const;
type Aspect = keyof typeof aspects;

function SizeFields({ session }: { session: DocumentSession }) {
  const { host } = useStudio();
  const { t } = useTranslation('prompt');
  const [parameters, change] = useParameters(session);
  const { width, height } = parameters;
  const limits = chosenModel(useStore(host.models), parameters, useStore(host.settings))?.limits ?? null;
  const set = (size: { width: number; height: number }): void => change(limits ? snappedSize(size, limits) : size);
  const fitting = limits
    ? (Object.keys(aspects) as Aspect[]).find((name) => {
        const size = sizeOfAspect(aspects[name], limits);
        return size.width === width && size.height === height;
      })
    : undefined;
  return (
    <span className="row" title={limits ? t('snapped', { multiple: limits.multiple }) : undefined}>
      <NumberInput
        label={t('width')}
        value={width}
        min={16}
        max={8192}
        step={limits?.multiple ?? 16}
        onChange={(w) => set({ width: w, height })}
      />
      ×
      <NumberInput
        label={t('height')}
        value={height}
        min={16}
        max={8192}
        step={limits?.multiple ?? 16}
        onChange={(h) => set({ width, height: h })}
      />
      {limits ? (
        <Choice<Aspect | ''>
          label={t('aspect')}
          value={fitting ?? ''}
          options={[
            { value: '' as const, label: '…' },
            ...(Object.keys(aspects) as Aspect[]).map((value) => ({ value, label: value })),
          ]}
          onChange={(aspect) => aspect && change(sizeOfAspect(aspects[aspect], limits))}
        />
      ) : null}
    </span>
  );
}

function SamplingFields({ session, task }: { session: DocumentSession; task: ChosenTask }) {
  const { t } = useTranslation('prompt');
  const [parameters, change] = useParameters(session);
  const { count, seed, seedLocked, textGuidance, imageGuidance } = parameters;
  return (
    <>
      <label className="row">
        <span className="quiet">×</span>
        <NumberInput
          className="short"
          label={t('count')}
          value={count}
          min={1}
          max={16}
          onChange={(value) => change({ count: value })}
        />
      </label>
      <span className="row">
        <span className="quiet small">{t('seed')}</span>
        <NumberInput
          className="long"
          label={t('seed')}
          value={seed}
          min={0}
          max={0xffff_ffff}
          onChange={(value) => change({ seed: value, seedLocked: true })}
        />
        <IconButton
          icon={seedLocked ? Lock : LockOpen}
          label={t('lock-seed')}
          pressed={seedLocked}
          onClick={() => change({ seedLocked: !seedLocked })}
        />
      </span>
      <div className="prompt-slider">
        <SliderField
          label={t('words')}
          value={textGuidance}
          min={1}
          max={15}
          step={0.5}
          initial={5}
          onChange={(value) => change({ textGuidance: value })}
        />
      </div>
      {task === 'generate' ? null : (
        <div className="prompt-slider">
          <SliderField
            label={t('picture')}
            value={imageGuidance}
            min={1}
            max={5}
            step={0.1}
            initial={1.5}
            onChange={(value) => change({ imageGuidance: value })}
          />
        </div>
      )}
    </>
  );
}

function MoreSettings({ session, task }: { session: DocumentSession; task: ChosenTask }) {
  const { host } = useStudio();
  const { t } = useTranslation('prompt');
  const [parameters, change] = useParameters(session);
  const models = useStore(host.models)?.models.filter(({ precision }) => precision !== null) ?? [];
  return (
    <Popover.Root>
      <Popover.Trigger className="button" data-look="quiet">
        <SlidersHorizontal size={14} aria-hidden />
        {t('more')}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" align="end" sideOffset={8} style={{ zIndex: 40 }}>
          <Popover.Popup className="popup more-settings" aria-label={t('more')}>
            <SliderField
              label={t('steps')}
              value={parameters.steps}
              min={1}
              max={100}
              initial={25}
              onChange={(steps) => change({ steps })}
            />
            <Choice
              isLabelled
              label={t('solver')}
              value={parameters.solver}
              options={zSolver.options.map((value) => ({ value, label: t(`solver-${value}`) }))}
              onChange={(solver) => change({ solver })}
            />
            {task === 'edit' ? (
              <Choice
                isLabelled
                label={t('keep')}
                value={parameters.keep}
                options={(['changed', 'all'] as const).map((value) => ({ value, label: t(`keep-${value}`) }))}
                onChange={(keep) => change({ keep })}
              />
            ) : null}
            {task === 'inpaint' ? (
              <>
                <Choice
                  isLabelled
                  label={t('intent')}
                  value={parameters.intent}
                  options={(['fill', 'add', 'remove', 'replace', 'background'] as const).map((value) => ({
                    value,
                    label: t(`intent-${value}`),
                  }))}
                  onChange={(intent) => change({ intent })}
                />
                <SliderField
                  label={t('strength')}
                  value={parameters.strength}
                  min={0}
                  max={1}
                  step={0.05}
                  initial={1}
                  onChange={(strength) => change({ strength })}
                />
                <SliderField
                  label={t('context')}
                  value={parameters.contextScale}
                  min={1}
                  max={8}
                  step={0.5}
                  initial={1}
                  onChange={(contextScale) => change({ contextScale })}
                />
              </>
            ) : null}
            <Choice
              isLabelled
              label={t('model')}
              value={parameters.model ?? ''}
              options={[
                { value: '', label: t('task.auto') },
                ...models.map(({ id, title }) => ({ value: id, label: title })),
              ]}
              onChange={(model) => change({ model: model || null })}
            />
            <button
              type="button"
              className="button"
              onClick={() => change({ seed: crypto.getRandomValues(new Uint32Array(1))[0]! })}
            >
              <Dices size={14} aria-hidden />
              {t('seed')}
            </button>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** What a run would take, as learned on this machine; null until the host has said. */
function useEstimate(session: DocumentSession, task: ChosenTask): Estimate | null {
  const { client, host } = useStudio();
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  const parameters = useSession(session, (state) => state.prompt.parameters);
  const size = useSession(session, ({ document }) => `${document.width} ${document.height}`);
  const model = chosenModel(useStore(host.models), parameters, useStore(host.settings));
  const { steps, count } = parameters;
  const [documentWidth, documentHeight] = size.split(' ').map(Number) as [number, number];
  const isNew = task === 'generate';
  const width = isNew ? parameters.width : documentWidth;
  const height = isNew ? parameters.height : documentHeight;
  const id = model?.id;
  const precision = model?.precision;
  useEffect(() => {
    if (!id || !precision) return undefined;
    const ending = new AbortController();
    const { signal } = ending;
    const query = { kind: task, model: id, precision, width, height, steps, count };
    const timer = setTimeout(() => {
      // Without an estimate the button says what it does, and no more.
      client.estimates.of(query, { signal }).then(setEstimate, () => signal.aborted || setEstimate(null));
    }, 300);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [client, id, precision, task, width, height, steps, count]);
  return estimate;
}

/** Walks through earlier prompts, newest first; jobs remember them. */
function useRecall(session: DocumentSession) {
  const { host } = useStudio();
  const [at, setAt] = useState(0);
  const earlier = (): string[] => {
    const jobs = inOrder(host.jobs.getState().jobs.values()).toSorted((one, other) => other.queuedAt - one.queuedAt);
    const words = jobs.map(({ request }) =>
      request.kind === 'describe' ? (request.turns.at(-1)?.text ?? '') : request.prompt,
    );
    return [...new Set(words.filter((each) => each !== ''))];
  };
  return {
    isRecalling: at > 0,
    stop: () => setAt(0),
    go: (by: 1 | -1) => {
      const words = earlier();
      const next = Math.min(words.length, Math.max(0, at + by));
      setAt(next);
      session.setPrompt({ prompt: words[next - 1] ?? '' });
    },
  };
}
