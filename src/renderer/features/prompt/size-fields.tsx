import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useStudio } from '../../app/studio.ts';
import { chosenModel } from '../../prompt/choose-model.ts';
import {
  aspectNames,
  aspects,
  pictureSize,
  scaleOf,
  scales,
  sizeOfAspect,
  type Aspect,
  type Scale,
} from '../../prompt/request.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { Choice } from '../../ui/choice.tsx';
import { NumberInput } from '../../ui/number-input.tsx';
import { useParameters } from './use-parameters.ts';

/** How large a picture from words will be, in sizes that the model can make. */
export function SizeFields({ session }: { session: DocumentSession }) {
  const { host } = useStudio();
  const { t } = useTranslation('prompt');
  const [parameters, change] = useParameters(session);
  const model = chosenModel(useStore(host.models), parameters, useStore(host.settings));
  const limits = model?.limits;
  const size = pictureSize(parameters, model);
  const { width, height } = size;
  const scale = limits ? scaleOf(size, limits) : 'large';
  const aspect = limits && aspectNames.find((name) => isSame(sizeOfAspect(aspects[name], scale, limits), size));
  const side = limits
    ? { min: limits.minSide, max: limits.maxArea / limits.minSide, step: limits.multiple }
    : { min: 16, max: 8192, step: 16 };
  return (
    <span className="row" title={limits ? t('snapped', { multiple: limits.multiple }) : undefined}>
      <NumberInput label={t('width')} value={width} {...side} onChange={(w) => change({ width: w, height })} />
      ×
      <NumberInput label={t('height')} value={height} {...side} onChange={(h) => change({ width, height: h })} />
      {limits ? (
        <>
          <Choice<Aspect | ''>
            label={t('aspect')}
            value={aspect ?? ''}
            options={[...(aspect ? [] : [{ value: '' as const, label: '…' }]), ...aspectNames.map(asOption)]}
            onChange={(name) => name && change(sizeOfAspect(aspects[name], scale, limits))}
          />
          <Choice<Scale>
            label={t('scale')}
            value={scale}
            options={scales.map((value) => ({ value, label: t(`scale-${value}`) }))}
            onChange={(to) => change(sizeOfAspect(width / height, to, limits))}
          />
        </>
      ) : null}
    </span>
  );
}

const asOption = (value: Aspect): { value: Aspect; label: string } => ({ value, label: value });

const isSame = (one: { width: number; height: number }, other: { width: number; height: number }): boolean =>
  one.width === other.width && one.height === other.height;
