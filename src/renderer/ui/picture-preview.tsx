import { PreviewCard } from '@base-ui/react/preview-card';
import { useState, type ComponentProps } from 'react';

import './picture-preview.css';

/** @property anchor - what it stands beside; by default the trigger of the `PreviewCard.Root` that it is in */
type PicturePreviewProps = Pick<ComponentProps<typeof PreviewCard.Positioner>, 'anchor' | 'children'>;

/** What is in a list, large and beside it: a picture, and words below. */
export function PicturePreview({ anchor, children }: PicturePreviewProps) {
  return (
    <PreviewCard.Portal>
      <PreviewCard.Positioner anchor={anchor} side="left" sideOffset={12} style={{ zIndex: 40 }}>
        <PreviewCard.Popup className="popup picture-preview">{children}</PreviewCard.Popup>
      </PreviewCard.Positioner>
    </PreviewCard.Portal>
  );
}

/** Shows one picture of a list at a time, whether the pointer, the focus or a click asked for it. */
export function useOnePreview<Id>(): {
  readonly previewed: Id | null;
  readonly preview: (id: Id, isShown: boolean) => void;
} {
  const [previewed, setPreviewed] = useState<Id | null>(null);
  return {
    previewed,
    // What goes away must not take away what has come in its place.
    preview: (id, isShown) => setPreviewed((shown) => (isShown ? id : shown === id ? null : shown)),
  };
}

/** How long the pointer rests on something before it is shown. */
export const previewDelayMs = 350;
