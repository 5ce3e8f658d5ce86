import { useCallback, useEffect, useState } from 'react';

import type { GalleryItem } from '#shared/library/gallery-item';

import { useStudio } from '../../app/studio.ts';
import { follow } from '../../client/connection.ts';

const pageSize = 100;

export interface GalleryFilter {
  readonly text: string;
  readonly favourite: boolean;
}

interface Loaded {
  readonly items: readonly GalleryItem[];
  readonly next: number | null;
}

/** The pages loaded so far; begins anew when the filter or anything in the gallery changes. */
export function useGallery({ text, favourite }: GalleryFilter) {
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
