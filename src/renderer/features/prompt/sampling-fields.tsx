import { Lock, LockOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { defaultPromptState } from '#shared/document/prompt-state';

import { useSession, useStudio } from '../../app/studio.ts';
import type { ChosenTask } from '../../prompt/task.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { NumberInput } from '../../ui/number-input.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { useParameters } from './use-parameters.ts';

const initial = defaultPromptState.parameters;

/** How many pictures, from which seed, and how closely they follow the words and the picture. */
export function SamplingFields({ session, task }: { session: DocumentSession; task: ChosenTask }) {
  const { notices } = useStudio();
  const { t } = useTranslation('prompt');
  const [{ count, seed, seedLocked, textGuidance, imageGuidance }, change] = useParameters(session);
  const hasReference = useSession(session, ({ prompt }) => prompt.references.length > 0);
  return (
    <>
      <label className="row">
        <span className="quiet small">{t('count')}</span>
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
          onChange={(value) => {
            if (!seedLocked) notices.say(t('seed-kept'));
            change({ seed: value, seedLocked: true });
          }}
        />
        <IconButton
          icon={seedLocked ? Lock : LockOpen}
          label={t('lock-seed')}
          pressed={seedLocked}
          onClick={() => change({ seedLocked: !seedLocked })}
        />
      </span>
      <Guidance
        label={t('words')}
        value={textGuidance}
        max={15}
        step={0.5}
        initial={initial.textGuidance}
        onChange={(value) => change({ textGuidance: value })}
      />
      {task !== 'generate' || hasReference ? (
        <Guidance
          label={t('picture')}
          value={imageGuidance}
          max={5}
          step={0.1}
          initial={initial.imageGuidance}
          onChange={(value) => change({ imageGuidance: value })}
        />
      ) : null}
    </>
  );
}

function Guidance(props: Omit<Parameters<typeof SliderField>[0], 'min'>) {
  return (
    <div className="prompt-slider">
      <SliderField min={1} {...props} />
    </div>
  );
}
