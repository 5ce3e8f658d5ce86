import { Slider } from '@base-ui/react/slider';
import type { BaseUIEvent } from '@base-ui/react/types';

import { NumberInput } from './number-input.tsx';

export interface SliderFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** A double click goes back to it. */
  readonly initial: number;
  readonly onChange: (value: number) => void;
  /** The hand has let go. Leave it out where every change counts alike. */
  readonly onCommit?: (value: number) => void;
  readonly disabled?: boolean;
}

/** A slider with its number. */
export function SliderField(props: SliderFieldProps) {
  const { label, value, min, max, step = 1, initial, onChange, onCommit, disabled = false } = props;
  const take = (next: number): void => {
    onChange(next);
    onCommit?.(next);
  };
  return (
    <div className="slider-field">
      <span className="quiet small truncate">{label}</span>
      <NumberInput label={label} value={value} min={min} max={max} step={step} disabled={disabled} onChange={take} />
      <Slider.Root
        className="slider"
        value={value}
        min={min}
        max={max}
        step={step}
        largeStep={step * 10}
        disabled={disabled}
        onValueChange={(next) => onChange(next)}
        onValueCommitted={(next) => onCommit?.(next)}
      >
        <Slider.Control className="slider-control" onDoubleClick={() => !disabled && take(initial)}>
          <Slider.Track className="slider-track">
            <Slider.Indicator className="slider-indicator" />
            <Slider.Thumb
              className="slider-thumb"
              aria-label={label}
              onKeyDown={(event) => {
                // Arrows with these are commands.
                if (event.altKey || event.ctrlKey || event.metaKey) {
                  (event as BaseUIEvent<typeof event>).preventBaseUIHandler();
                }
              }}
            />
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
    </div>
  );
}
