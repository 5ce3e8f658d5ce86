import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { maxSide } from '#shared/document/document';

import { useStudio } from '../../app/studio.ts';
import { chosenModel } from '../../prompt/choose-model.ts';
import { aspectNames, aspects, pictureSize, sizeOfAspect } from '../../prompt/request.ts';
import type { DocumentSize } from '../../session/workspace.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { NumberInput } from '../../ui/number-input.tsx';
import './new-document-dialog.css';

/** What documents are often made for. */
const formats = {
  square: { width: 1024, height: 1024 },
  screen: { width: 1920, height: 1080 },
  post: { width: 1080, height: 1350 },
  a4: { width: 2480, height: 3508, pixelsPerInch: 300 },
} as const satisfies Record<string, DocumentSize>;
const formatNames = Object.keys(formats) as (keyof typeof formats)[];

/** Asks how large a new document shall be. As it opens, that is what the model in use draws. */
export function NewDocumentDialog({ onClose }: { onClose: () => void }) {
  const { host, workspace } = useStudio();
  const { t } = useTranslation(['start', 'prompt', 'commands']);
  const model = chosenModel(useStore(host.models), { model: null }, useStore(host.settings));
  const [size, setSize] = useState<DocumentSize>(() => pictureSize({ width: null, height: null }, model));
  const { width, height } = size;
  const side = { min: 1, max: maxSide };
  const create = (event: FormEvent): void => {
    event.preventDefault();
    onClose();
    void workspace.createSized(size);
  };
  const preset = (name: string, preset: DocumentSize) => (
    <button
      key={name}
      type="button"
      className="size-preset"
      aria-pressed={preset.width === width && preset.height === height}
      onClick={() => setSize(preset)}
    >
      {name}
      <span className="quiet small">
        {preset.width} × {preset.height}
      </span>
    </button>
  );
  const limits = model?.limits;
  return (
    <Dialog title={t('commands:new')} onClose={onClose}>
      <form className="new-document" onSubmit={create}>
        {model && limits ? (
          <section className="size-presets" aria-label={t('start:sizes-of', { model: model.title })}>
            <h3 className="section-title">{t('start:sizes-of', { model: model.title })}</h3>
            {aspectNames.map((name) => preset(name, sizeOfAspect(aspects[name], 'small', limits)))}
          </section>
        ) : null}
        <section className="size-presets" aria-label={t('start:formats')}>
          <h3 className="section-title">{t('start:formats')}</h3>
          {formatNames.map((name) => preset(t(`start:format-${name}`), formats[name]))}
        </section>
        <div className="row">
          <NumberInput
            label={t('prompt:width')}
            value={width}
            {...side}
            onChange={(wanted) => setSize({ width: wanted, height })}
          />
          ×
          <NumberInput
            label={t('prompt:height')}
            value={height}
            {...side}
            onChange={(wanted) => setSize({ width, height: wanted })}
          />
          <span className="spread" />
          <button type="submit" className="button" data-look="main">
            {t('start:create')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
