import { Fragment, useRef, useState } from 'react';

import { NumberInput } from '../../ui/number-input.tsx';

interface DraftField<Key extends string> {
  readonly key: Key;
  readonly label: string;
  readonly min: number;
  readonly max: number;
}

interface DraftFieldsProps<Key extends string> {
  /** Begins the ids of the fields. */
  readonly name: string;
  readonly fields: readonly DraftField<Key>[];
  readonly values: Readonly<Record<Key, number>>;
  /** Takes all of them once one has been typed, or an arrow key let go. */
  readonly onCommit: (values: Readonly<Record<Key, number>>) => void;
}

/** Numbers that belong together: they are taken when one is whole, and those that were not yet taken stay. */
export function DraftFields<Key extends string>({ name, fields, values, onCommit }: DraftFieldsProps<Key>) {
  const of = JSON.stringify(values);
  const [draft, setDraft] = useState({ of, values });
  // What has changed elsewhere meanwhile is what the fields are about, also when it changes back.
  if (draft.of !== of) setDraft({ of, values });
  const shown = draft.of === of ? draft.values : values;
  const untaken = useRef<typeof values | null>(null);
  const change = (next: typeof values): void => {
    untaken.current = next;
    setDraft({ of, values: next });
  };
  const commit = (): void => {
    if (untaken.current) onCommit(untaken.current);
    untaken.current = null;
  };
  return (
    <div className="box-fields">
      {fields.map(({ key, label, min, max }, index) => (
        <Fragment key={key}>
          {index % 2 === 1 ? <span /> : null}
          <label className="quiet small" htmlFor={`${name}-${key}`} aria-hidden>
            {label}
          </label>
          <NumberInput
            id={`${name}-${key}`}
            label={label}
            value={shown[key]}
            min={min}
            max={max}
            onChange={(value) => change({ ...shown, [key]: value })}
            onCommit={commit}
          />
        </Fragment>
      ))}
    </div>
  );
}
