export interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
  /** The label is written beside it. */
  readonly isLabelled?: boolean;
  readonly disabled?: boolean;
}

/** One of several, by the system's own list: every keyboard and screen reader knows it. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, options, onChange, isLabelled = false, disabled } = props;
  const select = (
    <select
      className="select"
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
  if (!isLabelled) return select;
  return (
    <div className="field">
      <span className="field-label truncate">{label}</span>
      {select}
    </div>
  );
}
