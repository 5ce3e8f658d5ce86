import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { blendModeNames, type BlendMode } from '#shared/document/blend-mode';
import type { LayerId } from '#shared/document/ids';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { chosenLayers } from '../../stores/chosen-layers.ts';
import { Choice } from '../../ui/choice.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { setProperties } from './layer-steps.ts';

/** Opacity and blend mode of the layers one works on. */
export function LayerProperties({ session }: { session: DocumentSession }) {
  const { view } = useStudio();
  const { t } = useTranslation('layers');
  const active = useView((state) => state.active);
  const layer = useSession(session, ({ document }) => active && document.layers[active.layer]);
  const isReadOnly = useSession(session, ({ access }) => access.mode === 'read');
  const [opacity, setOpacity] = useState<number | null>(null);
  if (!layer) return null;
  const chosen = (): readonly LayerId[] => chosenLayers(view.getState(), session.document);
  return (
    <div className="layer-properties">
      <Choice<BlendMode>
        isLabelled
        label={t('blend')}
        value={layer.blend}
        disabled={isReadOnly}
        options={blendModeNames.map((value) => ({ value, label: t(`mode.${value}`) }))}
        onChange={(blend) => setProperties(session, chosen(), 'layer-blend', { blend })}
      />
      <SliderField
        label={t('opacity')}
        value={opacity ?? Math.round(layer.opacity * 100)}
        min={0}
        max={100}
        initial={100}
        disabled={isReadOnly}
        onChange={setOpacity}
        onCommit={(value) => {
          setOpacity(null);
          setProperties(session, chosen(), 'layer-opacity', { opacity: value / 100 });
        }}
      />
    </div>
  );
}
