import { Check, ShieldCheck, Trash2, X } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { zPrecision, type Precision } from '#shared/contract/job-request';
import type { Model, ModelTask } from '#shared/contract/studio/models';

import { useStudio } from '../../app/studio.ts';
import { faultText } from '../../i18n/i18n.ts';
import { Choice } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { spokenBytes, spokenDuration } from '../../ui/durations.ts';
import { IconButton } from '../../ui/icon-button.tsx';

/** The models of this machine: use one, check it, take it away, add another. */
export function ModelsDialog({ onClose }: { onClose: () => void }) {
  const { host } = useStudio();
  const { t } = useTranslation('models');
  const state = useStore(host.models);
  return (
    <Dialog title={t('title')} onClose={onClose}>
      {state && state.models.length === 0 ? <p className="quiet">{t('empty')}</p> : null}
      <ul className="model-list" aria-label={t('installed')}>
        {state?.models.map((model) => (
          <ModelRow key={model.id} model={model} preferred={state.preferred} />
        ))}
      </ul>
      {state?.tasks.map((task) => (
        <TaskRow key={task.id} task={task} />
      ))}
      <AddModel />
    </Dialog>
  );
}

function ModelRow({ model, preferred }: { model: Model; preferred: string | null }) {
  const { client, host, notices } = useStudio();
  const { t, i18n } = useTranslation('models');
  const isUsed = (useStore(host.settings, ({ model }) => model) ?? preferred) === model.id;
  const details = [model.precision, spokenBytes(model.sizeBytes), model.isBundled ? t('bundled') : null, model.licence];
  return (
    <li className="model-row">
      <div className="spread">
        <p className="truncate">{model.title}</p>
        <p className="quiet small truncate">{details.filter((each) => each !== null).join(' · ')}</p>
        {model.problem ? <p className="fault small">{faultText(model.problem, i18n.language)}</p> : null}
      </div>
      <button
        type="button"
        className="button"
        disabled={isUsed || model.precision === null}
        onClick={() => void client.settings.change({ model: model.id }).catch(notices.fault)}
      >
        {isUsed ? <Check size={14} aria-hidden /> : null}
        {t(isUsed ? 'used' : 'use')}
      </button>
      <IconButton
        icon={ShieldCheck}
        label={t('verify')}
        onClick={() => void client.models.verify({ id: model.id }).catch(notices.fault)}
      />
      <IconButton
        icon={Trash2}
        label={t('remove')}
        disabled={model.isBundled}
        onClick={() => void client.models.remove({ id: model.id }).catch(notices.fault)}
      />
    </li>
  );
}

function TaskRow({ task }: { task: ModelTask }) {
  const { client, notices, words } = useStudio();
  const { t, i18n } = useTranslation(['models', 'common', 'status', 'jobs']);
  const isRunning = task.state === 'running';
  const { id, doneBytes, totalBytes, timeLeftMs, reason, error } = task;
  const part = totalBytes > 0 ? doneBytes / totalBytes : 0;
  const isIntact = task.kind === 'verify' && task.state === 'finished';
  const state = t(isIntact ? 'models:intact' : `jobs:state.${task.state}`);
  const end = isRunning ? client.models.cancelTask : client.models.dismissTask;
  return (
    <div className="model-row">
      <div className="spread">
        <p className="truncate" role="status">
          {t(`models:task.${task.kind}`, { name: task.subject })}
          {isRunning ? null : <span className="visually-hidden"> {state}</span>}
        </p>
        <p className="quiet small truncate">
          {isRunning && totalBytes > 0 ? `${spokenBytes(doneBytes)} / ${spokenBytes(totalBytes)} ` : ''}
          {isRunning && timeLeftMs !== null ? t('status:left', { time: spokenDuration(words, timeLeftMs) }) : ''}
          {isRunning ? (reason ?? task.item) : state}
        </p>
        {error ? <p className="fault small">{faultText(error, i18n.language)}</p> : null}
        {isRunning ? (
          <div className="progress">
            <div style={{ width: `${part * 100}%` }} />
          </div>
        ) : null}
      </div>
      <IconButton
        icon={X}
        label={t(isRunning ? 'common:cancel' : 'common:dismiss')}
        onClick={() => void end({ id }).catch(notices.fault)}
      />
    </div>
  );
}

function AddModel() {
  const { client, host, notices } = useStudio();
  const { t } = useTranslation('models');
  const canChoose = useStore(host.info, (info) => info?.can.chooseFolder ?? false);
  const [precision, setPrecision] = useState<Precision>('int8');
  const [repo, setRepo] = useState('AIDC-AI/Ovis-U1-3B');
  const [folder, setFolder] = useState('');
  const submit = (start: () => Promise<unknown>) => (event: FormEvent) => {
    event.preventDefault();
    void start().catch(notices.fault);
  };
  const choose = async (): Promise<void> => {
    const chosen = await client.host.chooseFolder({ title: t('import') });
    if (chosen) setFolder(chosen);
  };
  return (
    <section className="add-model" aria-label={t('add')}>
      <h3 className="section-title">{t('add')}</h3>
      <Choice
        isLabelled
        label={t('precision')}
        value={precision}
        options={zPrecision.options.map((value) => ({ value, label: t(`p.${value}`) }))}
        onChange={setPrecision}
      />
      <form className="row" onSubmit={submit(() => client.models.pull({ repo: repo.trim(), precision }))}>
        <input
          className="input spread"
          aria-label={t('repo')}
          value={repo}
          onChange={(event) => setRepo(event.target.value)}
        />
        <button type="submit" className="button" disabled={!/^[^/\s]+\/[^/\s]+$/.test(repo.trim())}>
          {t('pull')}
        </button>
      </form>
      <form className="row" onSubmit={submit(() => client.models.import({ folder: folder.trim(), precision }))}>
        <input
          className="input spread"
          aria-label={t('folder')}
          placeholder={t('folder')}
          value={folder}
          onChange={(event) => setFolder(event.target.value)}
        />
        {canChoose ? (
          <button type="button" className="button" onClick={() => void choose().catch(notices.fault)}>
            {t('choose')}
          </button>
        ) : null}
        <button type="submit" className="button" disabled={folder.trim() === ''}>
          {t('import')}
        </button>
      </form>
    </section>
  );
}
