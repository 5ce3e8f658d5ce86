import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { maxSide } from '#shared/document/document';
import type { Size } from '#shared/document/geometry';
import type { Settings } from '#shared/library/settings';

import { useCurrentSession, useSession, useStudio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { Choice } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { NumberInput } from '../../ui/number-input.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { exportDocument } from './export-document.ts';
import './export-dialog.css';

type Format = Settings['export']['format'];

const formats: readonly { readonly value: Format; readonly label: string }[] = [
  { value: 'png', label: 'PNG' },
  { value: 'jpeg', label: 'JPEG' },
  { value: 'webp', label: 'WebP' },
  { value: 'avif', label: 'AVIF' },
  { value: 'tiff', label: 'TIFF' },
];
const scales = [0.5, 1, 2, 4] as const;

/** Asks how a picture of the document shall be written, and how large. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const session = useCurrentSession();
  return session ? <ExportForm session={session} onClose={onClose} /> : null;
}

function ExportForm({ session, onClose }: { session: DocumentSession; onClose: () => void }) {
  const studio = useStudio();
  const { t } = useTranslation(['gallery', 'prompt', 'settings']);
  const kept = useStore(studio.host.settings).export;
  const own = useSession(session, ({ document }) => document);
  const [format, setFormat] = useState<Format>(kept.format);
  const [quality, setQuality] = useState(kept.quality);
  const [size, setSize] = useState<Size>(own);
  const { width, height } = size;
  const run = (event: FormEvent): void => {
    event.preventDefault();
    onClose();
    void studio.client.settings.change({ export: { format, quality } }).catch(studio.notices.fault);
    const isOwn = width === own.width && height === own.height;
    const how = format === 'png' || format === 'tiff' ? { format } : { format, quality };
    void exportDocument(studio, session, how, isOwn ? null : { width, height });
  };
  return (
    <Dialog title={t('gallery:export')} onClose={onClose}>
      <form className="export" onSubmit={run}>
        <Choice isLabelled label={t('gallery:format')} value={format} options={formats} onChange={setFormat} />
        {format === 'png' || format === 'tiff' ? null : (
          <SliderField
            label={t('settings:quality')}
            value={quality}
            min={1}
            max={100}
            initial={92}
            onChange={setQuality}
          />
        )}
        <div className="row" role="group" aria-label={t('prompt:size')}>
          {scales.map((scale) => {
            const scaled = { width: sideOf(own.width * scale), height: sideOf(own.height * scale) };
            return (
              <button
                key={scale}
                type="button"
                className="button"
                aria-pressed={scaled.width === width && scaled.height === height}
                disabled={Math.max(own.width, own.height) * scale > maxSide}
                onClick={() => setSize(scaled)}
              >
                {scale}×
              </button>
            );
          })}
          <span className="spread" />
          <NumberInput
            label={t('prompt:width')}
            value={width}
            min={1}
            max={maxSide}
            onChange={(wanted) => setSize({ width: wanted, height: sideOf((wanted * own.height) / own.width) })}
          />
          ×
          <NumberInput
            label={t('prompt:height')}
            value={height}
            min={1}
            max={maxSide}
            onChange={(wanted) => setSize({ width: sideOf((wanted * own.width) / own.height), height: wanted })}
          />
        </div>
        <button type="submit" className="button" data-look="main">
          {t('gallery:export')}
        </button>
      </form>
    </Dialog>
  );
}

const sideOf = (wanted: number): number => Math.min(maxSide, Math.max(1, Math.round(wanted)));
