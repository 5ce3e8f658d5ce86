import { ContextMenu } from '@base-ui/react/context-menu';
import { PreviewCard } from '@base-ui/react/preview-card';
import { Star } from 'lucide-react';
import { useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import { promptOfRequest } from '#shared/document/prompt-from-recipe';
import type { GalleryItem } from '#shared/library/gallery-item';

import { useCurrentSession, useStudio } from '../../app/studio.ts';
import type { PictureSource } from '../../prompt/picture-source.ts';
import { addReferences, setControl } from '../../prompt/prompt-pictures.ts';
import { PicturePreview, previewDelayMs } from '../../ui/picture-preview.tsx';
import { pictureType, placePicture, type DraggedPicture } from '../canvas/drop.ts';
import { openItem, wordsOf } from './gallery-actions.ts';

interface GalleryCellProps {
  readonly item: GalleryItem;
  readonly isChosen: boolean;
  readonly isTabStop: boolean;
  readonly isPreviewed: boolean;
  readonly onChoose: () => void;
  readonly onPreview: (isShown: boolean) => void;
  readonly onFocus: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onTrash: () => void;
}

/** A click or Space chooses it and shows it large, a double click or Enter places it. */
export function GalleryCell(props: GalleryCellProps) {
  const { item, isChosen, isTabStop, isPreviewed, onChoose, onPreview, onFocus, onKeyDown, onTrash } = props;
  const studio = useStudio();
  const session = useCurrentSession();
  const { t } = useTranslation('gallery');
  const cell = useRef<HTMLDivElement>(null);
  /** What is carried away is not shown beside where it was, also not by a rest of the pointer from before. */
  const isCarried = useRef(false);
  const words = wordsOf(item);
  const { favourite, recipe, blob, width, height } = item;
  const dragged: DraggedPicture = { blob, width, height, name: words || t('picture') };
  const place = (): void => {
    if (session) placePicture(studio, session, dragged);
    else void openItem(studio, item);
  };
  const thisPicture: PictureSource = async () => [blob];
  const change = (changes: { favourite: boolean }): void =>
    void studio.client.gallery.change({ ids: [item.id], changes }).catch(studio.notices.fault);
  return (
    <div ref={cell} role="listitem" className="gallery-cell">
      <ContextMenu.Root>
        <PreviewCard.Root open={isPreviewed} onOpenChange={(isShown) => onPreview(isShown && !isCarried.current)}>
          <ContextMenu.Trigger
            render={
              <PreviewCard.Trigger
                delay={previewDelayMs}
                render={
                  <button
                    type="button"
                    aria-label={words || t('picture')}
                    aria-pressed={isChosen}
                    tabIndex={isTabStop ? 0 : -1}
                    draggable
                    onPointerEnter={() => (isCarried.current = false)}
                    onFocus={() => {
                      isCarried.current = false;
                      onFocus();
                    }}
                    onDragStart={(event) => {
                      isCarried.current = true;
                      onPreview(false);
                      event.dataTransfer.setData(pictureType, JSON.stringify(dragged));
                    }}
                    onClick={onChoose}
                    onDoubleClick={place}
                    onKeyDown={(event) => {
                      onKeyDown(event);
                      if (event.key !== 'Enter' || event.defaultPrevented) return;
                      event.preventDefault();
                      place();
                    }}
                  />
                }
              />
            }
          >
            <img src={thumbnailUrl(blob, 128)} alt="" loading="lazy" />
            {favourite ? <Star size={12} className="gallery-star" fill="currentColor" aria-hidden /> : null}
          </ContextMenu.Trigger>
          {/* Beside the row: it covers no other picture. */}
          <PicturePreview anchor={() => cell.current!.parentElement}>
            <img src={thumbnailUrl(blob, 512)} width={width} height={height} alt="" />
            {words ? <p className="small truncate">{words}</p> : null}
            <p className="quiet small">
              {width} × {height}
            </p>
          </PicturePreview>
        </PreviewCard.Root>
        <ContextMenu.Portal>
          <ContextMenu.Positioner style={{ zIndex: 40 }}>
            <ContextMenu.Popup className="popup" aria-label={words || t('picture')}>
              <ContextMenu.Item className="menu-item" disabled={!session} onClick={place}>
                {t('place')}
              </ContextMenu.Item>
              <ContextMenu.Item className="menu-item" onClick={() => void openItem(studio, item)}>
                {t('open')}
              </ContextMenu.Item>
              <ContextMenu.Item
                className="menu-item"
                disabled={!session || !recipe}
                onClick={() => recipe && session?.setPrompt(promptOfRequest(recipe, session.store.getState().prompt))}
              >
                {t('reuse')}
              </ContextMenu.Item>
              <ContextMenu.Item
                className="menu-item"
                disabled={!session}
                onClick={() => session && void addReferences(studio, session, thisPicture)}
              >
                {t('as-reference')}
              </ContextMenu.Item>
              <ContextMenu.Item
                className="menu-item"
                disabled={!session}
                onClick={() => session && void setControl(studio, session, thisPicture)}
              >
                {t('as-control')}
              </ContextMenu.Item>
              <ContextMenu.Item className="menu-item" onClick={() => change({ favourite: !favourite })}>
                {t(favourite ? 'unstar' : 'star')}
              </ContextMenu.Item>
              <ContextMenu.Item className="menu-item" onClick={onTrash}>
                {t('trash')}
              </ContextMenu.Item>
            </ContextMenu.Popup>
          </ContextMenu.Positioner>
        </ContextMenu.Portal>
      </ContextMenu.Root>
    </div>
  );
}
