import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { Star } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';

import type { GalleryId } from '#shared/library/gallery-item';

import { useStudio } from '../../app/studio.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { useOnePreview } from '../../ui/picture-preview.tsx';
import { trash as trashItem } from './gallery-actions.ts';
import { GalleryCell } from './gallery-cell.tsx';
import { galleryAction } from './gallery-keys.ts';
import { useGallery, type GalleryFilter } from './use-gallery.ts';

const cellPx = 92;

/** Every picture ever made, newest first. Arrows go about in it, Delete puts in the trash and Ctrl+Z takes out again. */
export function GalleryPanel() {
  const studio = useStudio();
  const { t } = useTranslation('gallery');
  const [filter, setFilter] = useState<GalleryFilter>({ text: '', favourite: false });
  const { items, isLoading, more } = useGallery(filter);
  const [chosen, setChosen] = useState<GalleryId | null>(null);
  const { previewed, preview } = useOnePreview<GalleryId>();
  const scroller = useRef<HTMLDivElement>(null);
  const [columns, setColumns] = useState(3);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) =>
      setColumns(Math.max(1, Math.floor(entry!.contentRect.width / cellPx))),
    );
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  /** The picture that has the keys; Tab comes to it. */
  const [last, setLast] = useState<GalleryId | null>(null);
  const tabStop = Math.max(
    0,
    items.findIndex(({ id }) => id === last),
  );
  const rowCount = Math.ceil(items.length / columns);
  const virtual = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => cellPx,
    overscan: 4,
    // What has the focus stays, however far it is scrolled away.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), Math.floor(tabStop / columns)])]
        .filter((row) => row < rowCount)
        .toSorted((a, b) => a - b),
  });
  const rows = virtual.getVirtualItems();
  const isAtEnd = (rows.at(-1)?.index ?? 0) >= rowCount - 2;
  useEffect(() => {
    if (isAtEnd) more();
  }, [isAtEnd, more]);
  const goTo = (index: number): void => {
    flushSync(() => setLast(items[index]?.id ?? null));
    scroller.current?.querySelector<HTMLElement>('.gallery-cell button[tabindex="0"]')?.focus();
  };
  const restore = useRef<(() => void) | null>(null);
  const trash = async (index: number): Promise<void> => {
    const item = items[index]!;
    goTo(index + 1 < items.length ? index + 1 : index - 1);
    restore.current = await trashItem(studio, item);
  };
  const keyDown = (event: KeyboardEvent, index: number): void => {
    const action = galleryAction(event, index, { count: items.length, columns });
    // With nothing to take out of the trash, the key is the document's.
    if (!action || (action.kind === 'restore' && !restore.current)) return;
    event.preventDefault();
    if (action.kind === 'go') goTo(action.to);
    if (action.kind === 'trash') void trash(index).catch(studio.notices.fault);
    if (action.kind === 'restore') {
      restore.current?.();
      restore.current = null;
    }
  };
  const isFiltered = filter.text !== '' || filter.favourite;
  return (
    <div className="panel">
      <div className="row gallery-filter">
        <input
          className="input spread"
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={filter.text}
          onChange={(event) => setFilter({ ...filter, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown' || items.length === 0) return;
            event.preventDefault();
            goTo(tabStop);
          }}
        />
        <IconButton
          icon={Star}
          label={t('starred')}
          pressed={filter.favourite}
          onClick={() => setFilter({ ...filter, favourite: !filter.favourite })}
        />
      </div>
      <div ref={scroller} className="panel-scroll">
        {items.length === 0 && !isLoading ? <p className="empty">{t(isFiltered ? 'nothing' : 'empty')}</p> : null}
        <div role="list" aria-label={t('title')} style={{ position: 'relative', height: virtual.getTotalSize() }}>
          {rows.map(({ index, start }) => (
            <div
              key={index}
              className="gallery-row"
              style={{ top: start, gridTemplateColumns: `repeat(${columns}, 1fr)` }}
            >
              {items.slice(index * columns, (index + 1) * columns).map((item, column) => (
                <GalleryCell
                  key={item.id}
                  item={item}
                  isChosen={item.id === chosen}
                  isTabStop={index * columns + column === tabStop}
                  isPreviewed={item.id === previewed}
                  onChoose={() => {
                    setChosen(item.id);
                    preview(item.id, true);
                  }}
                  onPreview={(isShown) => preview(item.id, isShown)}
                  onFocus={() => setLast(item.id)}
                  onKeyDown={(event) => keyDown(event, index * columns + column)}
                  onTrash={() => void trash(index * columns + column).catch(studio.notices.fault)}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
