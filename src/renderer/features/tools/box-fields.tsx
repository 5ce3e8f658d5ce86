import { FlipHorizontal2, FlipVertical2, Link2, Link2Off } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useStudio } from '../../app/studio.ts';
import type { CanvasEngine } from '../../canvas/engine/canvas-engine.ts';
import type { BoxNumbers } from '../../canvas/tools/box-numbers.ts';
import { runById } from '../../commands/commands.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { NumberInput } from '../../ui/number-input.tsx';
import { useObservable } from '../../ui/use-observable.ts';

/** Further out nobody works, and numbers stay exact. */
const farthest = 100_000;
const nowhere: BoxNumbers = { x: 0, y: 0, width: 0, height: 0, degrees: 0 };
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Where the layer, or what is selected of it, lies: the same as dragging its box, in numbers. */
export function BoxFields({ canvas }: { canvas: CanvasEngine }) {
  const studio = useStudio();
  const { t } = useTranslation(['tools', 'commands']);
  const box = useObservable(canvas.state, (state) => state.box);
  const move = useObservable(canvas.settings, (settings) => settings.move);
  const { keepAspect } = move;
  const shown = box ?? nowhere;

  const field = (key: keyof BoxNumbers, label: string, place: (value: number) => Partial<BoxNumbers>) => {
    const [min, max] =
      key === 'degrees' ? [-360, 360] : key === 'x' || key === 'y' ? [-farthest, farthest] : [1, farthest];
    return (
      <>
        <label className="quiet small" htmlFor={`box-${key}`} aria-hidden>
          {key === 'width' || key === 'height' ? label.slice(0, 1) : label}
        </label>
        <NumberInput
          id={`box-${key}`}
          label={label}
          value={rounded(shown[key])}
          min={min}
          max={max}
          digits={2}
          disabled={box === null}
          onChange={(value) => {
            if (value !== rounded(shown[key])) canvas.placeBox(place(value));
          }}
          onCommit={() => canvas.endPlacing()}
        />
      </>
    );
  };
  const side = (key: 'width' | 'height', other: 'width' | 'height') => (value: number) => ({
    [key]: value,
    ...(keepAspect && { [other]: (shown[other] * value) / shown[key] }),
  });
  const flip = (id: 'flip-horizontal' | 'flip-vertical'): void => runById(studio, id);

  return (
    <div className="box-fields">
      {field('x', t('tools:box-x'), (x) => ({ x }))}
      <span />
      {field('y', t('tools:box-y'), (y) => ({ y }))}
      {field('width', t('tools:box-width'), side('width', 'height'))}
      <IconButton
        icon={keepAspect ? Link2 : Link2Off}
        label={t('tools:box-aspect')}
        pressed={keepAspect}
        onClick={() => canvas.setSettings({ move: { ...move, keepAspect: !keepAspect } })}
      />
      {field('height', t('tools:box-height'), side('height', 'width'))}
      {field('degrees', t('tools:box-angle'), (degrees) => ({ degrees }))}
      <span />
      <span className="row box-flips">
        <IconButton
          icon={FlipHorizontal2}
          label={t('commands:flip-horizontal')}
          disabled={box === null}
          onClick={() => flip('flip-horizontal')}
        />
        <IconButton
          icon={FlipVertical2}
          label={t('commands:flip-vertical')}
          disabled={box === null}
          onClick={() => flip('flip-vertical')}
        />
      </span>
    </div>
  );
}
