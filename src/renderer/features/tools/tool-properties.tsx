import { useTranslation } from 'react-i18next';

import { useStudio, useView } from '../../app/studio.ts';
import type { CanvasEngine } from '../../canvas/engine/canvas-engine.ts';
import { defaultBrush, type Brush } from '../../canvas/pixels/brush.ts';
import type { SelectionMode } from '../../canvas/pixels/selection.ts';
import type { ToolId } from '../../canvas/tools/tool.ts';
import type { FloodChoice } from '../../canvas/tools/tool-settings.ts';
import { runById } from '../../commands/commands.ts';
import { Choice } from '../../ui/choice.tsx';
import { NumberInput } from '../../ui/number-input.tsx';
import { SliderField } from '../../ui/slider-field.tsx';
import { useObservable } from '../../ui/use-observable.ts';
import { BoxFields } from './box-fields.tsx';
import { CropFields, ExtendFields, SelectionFields } from './frame-fields.tsx';

/** What can be set about the tool in the hand. */
export function ToolProperties({ canvas }: { canvas: CanvasEngine }) {
  const { t } = useTranslation(['tools', 'commands']);
  const tool = useObservable(canvas.state, (state) => state.tool);
  const settings = useObservable(canvas.settings, (all) => all);
  return (
    <section className="properties" aria-label={t('tools:properties')}>
      <h2 className="section-title">{t(`commands:tool-${tool}`)}</h2>
      {tool in brushOf ? (
        <BrushFields
          brush={settings[brushOf[tool as keyof typeof brushOf]]}
          onChange={(changes) => {
            const key = brushOf[tool as keyof typeof brushOf];
            canvas.setSettings({ [key]: { ...settings[key], ...changes } });
          }}
        />
      ) : null}
      {tool === 'brush' ? (
        <Check
          label={t('tools:keep-alpha')}
          hint={t('tools:keep-alpha-hint')}
          value={settings.keepAlpha}
          onChange={(keepAlpha) => canvas.setSettings({ keepAlpha })}
        />
      ) : null}
      {tool === 'mask-brush' ? (
        <Check
          label={t('tools:erase')}
          value={settings.maskErases}
          onChange={(maskErases) => canvas.setSettings({ maskErases })}
        />
      ) : null}
      {tool === 'wand' || tool === 'fill' ? (
        <FloodFields
          flood={settings[tool]}
          onChange={(changes) => canvas.setSettings({ [tool]: { ...settings[tool], ...changes } })}
        />
      ) : null}
      {tool === 'fill' ? (
        <SliderField
          label={t('tools:opacity')}
          value={percent(settings.fill.opacity)}
          min={0}
          max={100}
          initial={100}
          onChange={(opacity) => canvas.setSettings({ fill: { ...settings.fill, opacity: opacity / 100 } })}
        />
      ) : null}
      {selecting.has(tool) ? (
        <>
          <Choice<SelectionMode>
            isLabelled
            label={t('tools:mode')}
            value={settings.select.mode}
            options={(['replace', 'add', 'subtract', 'intersect'] as const).map((value) => ({
              value,
              label: t(`tools:mode-${value}`),
            }))}
            onChange={(mode) => canvas.setSettings({ select: { ...settings.select, mode } })}
          />
          <SliderField
            label={t('tools:feather-new')}
            value={settings.select.feather}
            min={0}
            max={100}
            initial={0}
            onChange={(feather) => canvas.setSettings({ select: { ...settings.select, feather } })}
          />
          <SelectionFields canvas={canvas} />
          <SelectionChanges />
        </>
      ) : null}
      {tool === 'crop' ? <CropFields canvas={canvas} /> : null}
      {tool === 'extend' ? <ExtendFields canvas={canvas} /> : null}
      {tool === 'move' ? (
        <>
          <BoxFields canvas={canvas} />
          <Check
            label={t('tools:snap')}
            hint={t('tools:snap-hint')}
            value={settings.move.snap}
            onChange={(snap) => canvas.setSettings({ move: { ...settings.move, snap } })}
          />
        </>
      ) : null}
    </section>
  );
}

const brushOf = { brush: 'brush', eraser: 'eraser', 'mask-brush': 'maskBrush' } as const satisfies Partial<
  Record<ToolId, string>
>;
const selecting: ReadonlySet<ToolId> = new Set(['rect-select', 'lasso', 'polygon', 'wand']);
const percent = (part: number): number => Math.round(part * 100);

/** Grows, shrinks or softens what is selected by a number of pixels. */
function SelectionChanges() {
  const studio = useStudio();
  const { t } = useTranslation('tools');
  const radius = useView((view) => view.selectionRadius);
  return (
    <div className="row selection-changes">
      <NumberInput
        className="short"
        label={t('radius')}
        value={radius}
        min={1}
        max={500}
        onChange={(selectionRadius) => studio.view.setState({ selectionRadius })}
      />
      {(['grow', 'shrink', 'feather'] as const).map((kind) => (
        <button key={kind} type="button" className="button" onClick={() => runById(studio, `${kind}-selection`)}>
          {t(kind)}
        </button>
      ))}
    </div>
  );
}

function BrushFields({ brush, onChange }: { brush: Brush; onChange: (changes: Partial<Brush>) => void }) {
  const { t } = useTranslation('tools');
  return (
    <>
      <SliderField
        label={t('size')}
        value={Math.round(brush.size)}
        min={1}
        max={500}
        initial={defaultBrush.size}
        onChange={(size) => onChange({ size })}
      />
      {(['hardness', 'opacity', 'flow', 'smoothing'] as const).map((key) => (
        <SliderField
          key={key}
          label={t(key)}
          value={percent(brush[key])}
          min={key === 'flow' ? 1 : 0}
          max={100}
          initial={percent(defaultBrush[key])}
          onChange={(value) => onChange({ [key]: value / 100 })}
        />
      ))}
    </>
  );
}

function FloodFields({ flood, onChange }: { flood: FloodChoice; onChange: (changes: Partial<FloodChoice>) => void }) {
  const { t } = useTranslation('tools');
  return (
    <>
      <SliderField
        label={t('tolerance')}
        value={flood.tolerance}
        min={0}
        max={255}
        initial={24}
        onChange={(tolerance) => onChange({ tolerance })}
      />
      <Check label={t('contiguous')} value={flood.contiguous} onChange={(contiguous) => onChange({ contiguous })} />
      <Check label={t('sample-all')} value={flood.sampleAll} onChange={(sampleAll) => onChange({ sampleAll })} />
    </>
  );
}

function Check(props: { label: string; hint?: string; value: boolean; onChange: (value: boolean) => void }) {
  const { label, hint, value, onChange } = props;
  return (
    <label className="check" title={hint}>
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
