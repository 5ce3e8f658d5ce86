import { useState, type KeyboardEvent } from 'react';

import { numberOf } from './number-expression.ts';

const stepKeys: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

export interface NumberInputProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
  /** The change is whole: what was typed is taken, or the arrow key is let go. */
  readonly onCommit?: () => void;
  /** Places after the point that are kept; by default those of the step. */
  readonly digits?: number;
  readonly disabled?: boolean;
  /** Shows a visible label elsewhere: this one is for screen readers. */
  readonly id?: string;
  readonly className?: string;
}

/**
 * A field for a number: takes expressions; arrows step, with Shift or by Page keys ten at once. What is no number goes
 * back to what was.
 */
export function NumberInput(props: NumberInputProps) {
  const { label, value, min, max, step = 1, onChange, onCommit, disabled, id, className = '' } = props;
  const { digits = Math.max(0, -Math.floor(Math.log10(step))) } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const set = (wanted: number): void => {
    onChange(Number(Math.min(max, Math.max(min, wanted)).toFixed(digits)));
  };
  const take = (): void => {
    const typed = draft === null ? undefined : numberOf(draft);
    if (typed !== undefined) set(typed);
    setDraft(null);
    onCommit?.();
  };
  const keyDown = (event: KeyboardEvent): void => {
    const steps = stepKeys[event.key];
    if (steps !== undefined) {
      event.preventDefault();
      set(value + steps * step * (event.shiftKey ? 10 : 1));
      setDraft(null);
    } else if (event.key === 'Enter') take();
    else if (event.key === 'Escape' && draft !== null) {
      // Once more leaves the field.
      event.preventDefault();
      setDraft(null);
    }
  };
  return (
    <input
      id={id}
      className={`input number ${className}`}
      role="spinbutton"
      inputMode="decimal"
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-label={label}
      disabled={disabled}
      value={draft ?? String(value)}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={take}
      onKeyDown={keyDown}
      onKeyUp={(event) => {
        if (event.key in stepKeys) onCommit?.();
      }}
    />
  );
}
