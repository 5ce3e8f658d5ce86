import { Popover } from '@base-ui/react/popover';
import { Dices, SlidersHorizontal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { zInpaintIntent, zSolver } from '#shared/contract/job-request';
import { defaultPromptState } from '#shared/document/prompt-state';

import { useStudio } from '../../app/studio.ts';
import { freshSeed } from '../../document/fresh-ids.ts';
import type { ChosenTask } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { Choice } from '../../ui/choice.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { useParameters } from './use-parameters.ts';

const initial = defaultPromptState.parameters;

interface SettingsProps {
  readonly session: DocumentSession;
  readonly task: ChosenTask;
}

/** What one sets less often. */
export function MoreSettings({ session, task }: SettingsProps) {
  const { t } = useTranslation('prompt');
  const [parameters, change] = useParameters(session);
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
              initial={initial.steps}
              onChange={(steps) => change({ steps })}
            />
            <Choice
              isLabelled
              label={t('solver')}
              value={parameters.solver}
              options={zSolver.options.map((value) => ({ value, label: t(`solver-${value}`) }))}
              onChange={(solver) => change({ solver })}
            />
            <TaskSettings session={session} task={task} />
            <ModelChoice session={session} />
            <button type="button" className="button" onClick={() => change({ seed: freshSeed() })}>
              <Dices size={14} aria-hidden />
              {t('new-seed')}
            </button>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** What only one task has. */
function TaskSettings({ session, task }: SettingsProps) {
  const { t } = useTranslation('prompt');
  const [parameters, change] = useParameters(session);
  if (task === 'edit') {
    return (
      <Choice
        isLabelled
        label={t('keep')}
        value={parameters.keep}
        options={(['changed', 'all'] as const).map((value) => ({ value, label: t(`keep-${value}`) }))}
        onChange={(keep) => change({ keep })}
      />
    );
  }
  if (task !== 'inpaint') return null;
  return (
    <>
      <Choice
        isLabelled
        label={t('intent')}
        value={parameters.intent}
        options={zInpaintIntent.options.map((value) => ({ value, label: t(`intent-${value}`) }))}
        onChange={(intent) => change({ intent })}
      />
      <SliderField
        label={t('strength')}
        value={parameters.strength}
        min={0}
        max={1}
        step={0.05}
        initial={initial.strength}
        onChange={(strength) => change({ strength })}
      />
      <SliderField
        label={t('context')}
        value={parameters.contextScale}
        min={1}
        max={8}
        step={0.5}
        initial={initial.contextScale}
        onChange={(contextScale) => change({ contextScale })}
      />
    </>
  );
}

function ModelChoice({ session }: { session: DocumentSession }) {
  const { host } = useStudio();
  const { t } = useTranslation('prompt');
  const [{ model: chosen }, change] = useParameters(session);
  const models = useStore(host.models)?.models.filter(({ precision }) => precision !== null) ?? [];
  return (
    <Choice
      isLabelled
      label={t('model')}
      value={chosen ?? ''}
      options={[{ value: '', label: t('model-auto') }, ...models.map(({ id, title }) => ({ value: id, label: title }))]}
      onChange={(model) => change({ model: model || null })}
    />
  );
}
