import { ContextMenu } from '@base-ui/react/context-menu';
import { PreviewCard } from '@base-ui/react/preview-card';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Star } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { thumbnailUrl } from '#shared/contract/studio/blob-urls';
import { promptOfRequest } from '#shared/document/prompt-from-recipe';
import type { GalleryId, GalleryItem } from '#shared/library/gallery-item';

import { useCurrentSession, useStudio, type Studio } from '../../app/studio.ts';
import { follow } from '../../client/connection.ts';
import type { PictureSource } from '../../prompt/picture-source.ts';
import { addReferences, setControl } from '../../prompt/prompt-pictures.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { PicturePreview, previewDelayMs, useOnePreview } from '../../ui/picture-preview.tsx';
import { pictureType, placePicture, type DraggedPicture } from '../canvas/drop.ts';

const pageSize = 100;
const cellPx = 92;

interface Filter {
  readonly text: string;
  readonly favourite: boolean;
}

/** Every picture ever made, newest first. */
export function GalleryPanel() {
  const { t } = useTranslation('gallery');
  const [filter, setFilter] = useState<Filter>({ text: '', favourite: false });
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
  const rowCount = Math.ceil(items.length / columns);
  const virtual = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => cellPx,
    overscan: 4,
  });
  const rows = virtual.getVirtualItems();
  const isAtEnd = (rows.at(-1)?.index ?? 0) >= rowCount - 2;
  useEffect(() => {
    if (isAtEnd) more();
  }, [isAtEnd, more]);
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
              {items.slice(index * columns, (index + 1) * columns).map((item) => (
                <GalleryCell
                  key={item.id}
                  item={item}
                  isChosen={item.id === chosen}
                  onChoose={() => {
                    setChosen(item.id);
                    preview(item.id, true);
                  }}
                  isPreviewed={item.id === previewed}
                  onPreview={(isShown) => preview(item.id, isShown)}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface GalleryCellProps {
  readonly item: GalleryItem;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly isPreviewed: boolean;
  readonly onPreview: (isShown: boolean) => void;
}

/** A click or Space chooses it and shows it large, a double click or Enter places it. */
function GalleryCell({ item, isChosen, onChoose, isPreviewed, onPreview }: GalleryCellProps) {
  const studio = useStudio();
  const session = useCurrentSession();
  const { t } = useTranslation('gallery');
  const cell = useRef<HTMLDivElement>(null);
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
        <PreviewCard.Root open={isPreviewed} onOpenChange={onPreview}>
          <ContextMenu.Trigger
            render={
              <PreviewCard.Trigger
                delay={previewDelayMs}
                render={
                  <button
                    type="button"
                    aria-label={words || t('picture')}
                    aria-pressed={isChosen}
                    draggable
                    onDragStart={(event) => {
                      onPreview(false);
                      event.dataTransfer.setData(pictureType, JSON.stringify(dragged));
                    }}
                    onClick={onChoose}
                    onDoubleClick={place}
                    onKeyDown={(event) => {
                      if (event.key !== 'Enter') return;
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
              <ContextMenu.Item
                className="menu-item"
                onClick={() => void trash(studio, item).catch(studio.notices.fault)}
              >
                {t('trash')}
              </ContextMenu.Item>
            </ContextMenu.Popup>
          </ContextMenu.Positioner>
        </ContextMenu.Portal>
      </ContextMenu.Root>
    </div>
  );
}

const wordsOf = ({ recipe, caption, fileName }: GalleryItem): string =>
  caption || (recipe && recipe.kind !== 'describe' ? recipe.prompt : '') || (fileName ?? '');

async function openItem({ client, workspace, notices }: Studio, item: GalleryItem): Promise<void> {
  try {
    const source = { blob: item.blob, fileName: item.fileName ?? `${wordsOf(item).slice(0, 40) || 'picture'}.png` };
    const { document, node } = await client.files.open({ source });
    await workspace.show(document, node);
  } catch (error) {
    notices.fault(error);
  }
}

async function trash({ client, notices, words }: Studio, { id }: GalleryItem): Promise<void> {
  await client.gallery.trash({ ids: [id] });
  const restore = (): void => void client.gallery.restore({ ids: [id] }).catch(notices.fault);
  notices.say(words('gallery:trashed'), { label: words('commands:undo'), run: restore });
}

interface Loaded {
  readonly items: readonly GalleryItem[];
  readonly next: number | null;
}

/** The pages loaded so far; begins anew when the filter or anything in the gallery changes. */
function useGallery({ text, favourite }: Filter) {
  const { client, notices } = useStudio();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const change = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => setVersion((count) => count + 1), 200);
    };
    void follow((signal) => client.gallery.watch(undefined, { signal }), change, ending).catch(notices.fault);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [client, notices]);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    client.gallery
      .page({ filter: { text, favourite }, limit: pageSize }, { signal })
      .then(setLoaded, (error: unknown) => signal.aborted || notices.fault(error));
    return () => ending.abort();
  }, [client, notices, text, favourite, version]);
  const next = loaded?.next ?? null;
  const load = useCallback(async () => {
    if (next === null) return;
    const page = await client.gallery.page({ filter: { text, favourite }, before: next, limit: pageSize });
    const grown = (before: Loaded): Loaded => ({ items: [...before.items, ...page.items], next: page.next });
    setLoaded((before) => (before?.next === next ? grown(before) : before));
  }, [client, text, favourite, next]);
  const more = useCallback(() => void load().catch(notices.fault), [load, notices]);
  return { items: loaded?.items ?? [], isLoading: loaded === null, more };
}
