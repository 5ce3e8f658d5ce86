type Keys = Pick<KeyboardEvent, 'key' | 'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey'>;

/** What a key does in the gallery, which is a grid. */
export type GalleryAction =
  | { readonly kind: 'go'; readonly to: number }
  | { readonly kind: 'trash' }
  /** Takes out of the trash what was put there last. */
  | { readonly kind: 'restore' };

/** Null for keys that belong to somebody else, and where there is no picture further on. */
export function galleryAction(
  { key, altKey, shiftKey, ctrlKey, metaKey }: Keys,
  from: number,
  { count, columns }: { readonly count: number; readonly columns: number },
): GalleryAction | null {
  if (altKey || shiftKey) return null;
  if (ctrlKey || metaKey) return key === 'z' ? { kind: 'restore' } : null;
  if (key === 'Delete' || key === 'Backspace') return { kind: 'trash' };
  const to = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - columns,
    ArrowDown: from + columns,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined || to < 0 || to >= count ? null : { kind: 'go', to };
}
