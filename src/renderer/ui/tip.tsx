import { Tooltip } from '@base-ui/react/tooltip';
import type { ReactElement } from 'react';

/** Says what a control does, and its keys, when the pointer or the focus rests on it. */
export function Tip({ text, keys, children }: { text: string; keys?: string | null; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children as ReactElement<Record<string, unknown>>} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} style={{ zIndex: 60 }}>
          <Tooltip.Popup className="tooltip">
            {text}
            {keys ? <span className="keys">{keys}</span> : null}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
