import type { LayerId } from '#shared/document/ids';

import type { Row } from './layer-rows.ts';

/** What a key does in the list of layers, which is a tree that several can be chosen in. */
export type RowAction =
  /** The keys go on to another row, and commands work on it, on all rows up to it, or on what they worked on before. */
  | { readonly kind: 'go'; readonly to: LayerId; readonly chooses: 'it' | 'up-to' | 'nothing' }
  /** Works on this layer alone. */
  | { readonly kind: 'take' }
  | { readonly kind: 'take-all' }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'fold'; readonly isFolded: boolean }
  /** Changes the order of the layers. */
  | { readonly kind: 'move'; readonly direction: 'up' | 'down' }
  | { readonly kind: 'name' }
  | { readonly kind: 'delete' };

type Keys = Pick<KeyboardEvent, 'key' | 'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey'>;

const keysWithControl: ReadonlySet<string> = new Set([' ', 'ArrowUp', 'ArrowDown', 'Home', 'End']);

/** Null for keys that belong to somebody else: letters are tools here too. */
export function rowAction(
  { key, altKey, shiftKey, ctrlKey, metaKey }: Keys,
  rows: readonly Row[],
  at: number,
): RowAction | null {
  const row = rows[at];
  if (row && key === 'a' && (ctrlKey || metaKey) && !altKey && !shiftKey) return { kind: 'take-all' };
  if (!row || metaKey || (ctrlKey && !keysWithControl.has(key))) return null;
  const isVertical = key === 'ArrowUp' || key === 'ArrowDown';
  if (altKey) return isVertical && !ctrlKey ? { kind: 'move', direction: key === 'ArrowUp' ? 'up' : 'down' } : null;
  const go = (index: number): RowAction | null => {
    const to = rows[index]?.layer.id;
    return to === undefined ? null : { kind: 'go', to, chooses: ctrlKey ? 'nothing' : shiftKey ? 'up-to' : 'it' };
  };
  switch (key) {
    case 'ArrowUp':
      return go(at - 1);
    case 'ArrowDown':
      return go(at + 1);
    case 'Home':
      return go(0);
    case 'End':
      return go(rows.length - 1);
    case 'ArrowRight':
      if (row.layer.kind !== 'group') return null;
      if (!row.isOpen) return { kind: 'fold', isFolded: false };
      return (rows[at + 1]?.depth ?? 0) > row.depth ? go(at + 1) : null;
    case 'ArrowLeft':
      if (row.isOpen) return { kind: 'fold', isFolded: true };
      return go(rows.slice(0, at).findLastIndex(({ depth }) => depth < row.depth));
    case ' ':
      return { kind: 'toggle' };
    case 'Enter':
      return { kind: 'take' };
    case 'F2':
      return { kind: 'name' };
    case 'Delete':
    case 'Backspace':
      return shiftKey ? null : { kind: 'delete' };
    default:
      return null;
  }
}
