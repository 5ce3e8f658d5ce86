import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';

import { Tip } from './tip.tsx';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly keys?: string | null;
  /** Leave it out for a button that is no switch. */
  readonly pressed?: boolean;
  /** Why it can do nothing now; pressed all the same, it says so. */
  readonly refusal?: string | null;
}

/** A 16 px icon on a 26 px button, with its words on hover and for screen readers. */
export function IconButton({ icon: Icon, label, keys = null, pressed, refusal = null, ...rest }: IconButtonProps) {
  return (
    <Tip text={refusal === null ? label : `${label}: ${refusal}`} keys={keys}>
      <button
        type="button"
        className="icon-button"
        aria-label={label}
        aria-pressed={pressed}
        aria-disabled={refusal !== null || undefined}
        {...rest}
      >
        <Icon size={16} strokeWidth={1.75} aria-hidden />
      </button>
    </Tip>
  );
}
