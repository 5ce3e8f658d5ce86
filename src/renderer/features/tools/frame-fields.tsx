import { useTranslation } from 'react-i18next';

import { maxSide, type Document } from '#shared/document/document';
import type { Rect } from '#shared/document/geometry';

import { useCurrentSession, useSession, useStudio } from '../../app/studio.ts';
import type { CanvasEngine } from '../../canvas/engine/canvas-engine.ts';
import { aspectNames, aspects } from '../../prompt/request.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { Choice } from '../../ui/choice.tsx';
import { useObservable } from '../../ui/use-observable.ts';
import { DraftFields } from './draft-fields.tsx';

interface CanvasProps {
  readonly canvas: CanvasEngine;
}

/** The bounds of the selection; typed, they select a rectangle. */
export function SelectionFields({ canvas }: CanvasProps) {
  const { t } = useTranslation('tools');
  const bounds = useObservable(canvas.state, ({ selectionBounds }) => selectionBounds);
  const select = (rect: Rect): void => {
    if (rect.width > 0 && rect.height > 0) void canvas.commands.select({ kind: 'rect', rect }, 'replace');
  };
  const place = { min: -maxSide, max: maxSide };
  const side = { min: 0, max: maxSide };
  return (
    <DraftFields
      name="selection"
      fields={[
        { key: 'x', label: t('box-x'), ...place },
        { key: 'y', label: t('box-y'), ...place },
        { key: 'width', label: t('box-width'), ...side },
        { key: 'height', label: t('box-height'), ...side },
      ]}
      values={bounds ?? { x: 0, y: 0, width: 0, height: 0 }}
      onCommit={select}
    />
  );
}

/** By how much the picture shall grow on each side. */
export function ExtendFields({ canvas }: CanvasProps) {
  const session = useCurrentSession();
  return session ? <SidesFields canvas={canvas} session={session} /> : null;
}

function SidesFields({ canvas, session }: CanvasProps & { session: DocumentSession }) {
  const { t } = useTranslation('tools');
  const document = useSession(session, (state) => state.document);
  const { width, height } = document;
  return (
    <DraftFields
      name="extend"
      fields={(['left', 'right', 'top', 'bottom'] as const).map((key) => ({
        key,
        label: t(`side-${key}`),
        min: 0,
        max: maxSide,
      }))}
      values={addedTo(document)}
      onCommit={({ left, right, top, bottom }) => {
        const frame = { x: -left, y: -top, width: left + width + right, height: top + height + bottom };
        void canvas.commands.setExtendFrame(left + right + top + bottom > 0 ? frame : null);
      }}
    />
  );
}

function addedTo({ width, height, extendFrame }: Document) {
  const frame = extendFrame ?? { x: 0, y: 0, width, height };
  const [left, top] = [0 - frame.x, 0 - frame.y];
  return { left, right: frame.width - width - left, top, bottom: frame.height - height - top };
}

/** The shape of what is kept, and the two ways to end. */
export function CropFields({ canvas }: CanvasProps) {
  const { notices } = useStudio();
  const { t } = useTranslation(['tools', 'prompt', 'commands', 'common']);
  const { aspect } = useObservable(canvas.settings, (settings) => settings.crop);
  const name = aspectNames.find((each) => aspects[each] === aspect) ?? '';
  return (
    <>
      <Choice
        isLabelled
        label={t('prompt:aspect')}
        value={name}
        options={[
          { value: '', label: t('tools:any-aspect') },
          ...aspectNames.map((value) => ({ value, label: value })),
        ]}
        onChange={(value) => canvas.setSettings({ crop: { aspect: value === '' ? null : aspects[value] } })}
      />
      <div className="row">
        <button
          type="button"
          className="button"
          data-look="main"
          onClick={() => {
            if (!canvas.confirm()) notices.say(t('tools:crop-hint'));
          }}
        >
          {t('commands:tool-crop')}
          <span className="small">↵</span>
        </button>
        <button type="button" className="button" onClick={() => canvas.cancel()}>
          {t('common:cancel')}
        </button>
      </div>
      <p className="quiet small">{t('tools:crop-hint')}</p>
    </>
  );
}
