import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { zDevice, type DeviceReport } from '#shared/contract/device';
import type { SettingsChanges } from '#shared/library/settings';

import { useStudio } from '../../app/studio.ts';
import { Choice } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { NumberInput } from '../../ui/number-input.tsx';

/** What belongs to the person and not to a document. Every change counts at once. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { client, host, notices, view } = useStudio();
  const { t } = useTranslation(['settings', 'status']);
  const settings = useStore(host.settings);
  const engine = useStore(host.engine);
  const info = useStore(host.info);
  const set = (changes: SettingsChanges): void => void client.settings.change(changes).catch(notices.fault);
  const report = 'report' in engine ? engine.report : null;
  const devices = report?.devices.filter(({ usable }) => usable).map(({ device }) => device) ?? [];
  const shown = zDevice.options.filter((each) => devices.includes(each) || each === settings.device);
  return (
    <Dialog title={t('settings:title')} onClose={onClose}>
      <h3 className="section-title">{t('settings:group-look')}</h3>
      <Choice
        isLabelled
        label={t('settings:language')}
        value={settings.language}
        options={[
          { value: 'system', label: t('settings:system') },
          { value: 'en', label: 'English' },
          { value: 'zh', label: '简体中文' },
        ]}
        onChange={(language) => set({ language })}
      />
      <Choice
        isLabelled
        label={t('settings:theme')}
        value={settings.theme}
        options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`settings:${value}`) }))}
        onChange={(theme) => set({ theme })}
      />
      <Choice
        isLabelled
        label={t('settings:motion')}
        value={settings.motion}
        options={(['system', 'full', 'reduced'] as const).map((value) => ({ value, label: t(`settings:${value}`) }))}
        onChange={(motion) => set({ motion })}
      />
      <button type="button" className="button" onClick={() => view.setState({ dialog: 'shortcuts' })}>
        {t('settings:shortcuts')}
      </button>

      <h3 className="section-title">{t('settings:group-files')}</h3>
      <label className="check">
        <input
          type="checkbox"
          checked={settings.export.withRecipe}
          onChange={(event) => set({ export: { withRecipe: event.target.checked } })}
        />
        {t('settings:recipe')}
      </label>
      <div className="field">
        <span className="field-label">{t('settings:quality')}</span>
        <NumberInput
          label={t('settings:quality')}
          value={settings.export.quality}
          min={1}
          max={100}
          onChange={(quality) => set({ export: { quality } })}
        />
      </div>
      <div className="field">
        <span className="field-label">{t('settings:trash')}</span>
        <NumberInput
          label={t('settings:trash')}
          value={settings.trashDays}
          min={1}
          max={3650}
          onChange={(trashDays) => set({ trashDays })}
        />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={settings.clearUnused}
          onChange={(event) => set({ clearUnused: event.target.checked })}
        />
        {t('settings:clear-unused')}
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={settings.captionWhenIdle}
          onChange={(event) => set({ captionWhenIdle: event.target.checked })}
        />
        {t('settings:caption')}
      </label>
      {info ? <p className="quiet small">{t('settings:data', { folder: info.dataFolder })}</p> : null}

      <h3 className="section-title">{t('settings:group-machine')}</h3>
      <Choice
        isLabelled
        label={t('settings:device')}
        value={settings.device}
        options={[
          { value: 'auto' as const, label: t('settings:auto') },
          ...shown.map((value) => ({ value, label: value })),
        ]}
        onChange={(device) => set({ device })}
      />
      <ul>
        {report?.devices.map((found) => (
          <DeviceRow key={found.device} found={found} />
        ))}
      </ul>
      <div className="field">
        <span className="field-label">{t(`status:engine.${engine.kind}`)}</span>
        <button type="button" className="button" onClick={() => void client.engine.restart().catch(notices.fault)}>
          {t('settings:restart')}
        </button>
      </div>
    </Dialog>
  );
}

/** How fast a device is; of one that cannot be used, why, for whoever wants to know. */
function DeviceRow({ found: { device, usable, problem, speed } }: { found: DeviceReport }) {
  const { t } = useTranslation('settings');
  // Every speed is a multiple of the processor's own.
  if (usable && device === 'cpu') return null;
  return (
    <li className="quiet small">
      {usable ? (
        `${device}: ${t('speed', { speed: speed.toFixed(1) })}`
      ) : (
        <details>
          <summary>{t('no-device', { device })}</summary>
          <p className="device-problem">{problem}</p>
        </details>
      )}
    </li>
  );
}
