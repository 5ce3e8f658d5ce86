import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { zGalleryFilter, zGalleryId, zGalleryItem } from '#shared/library/gallery-item';
import { call } from '../call.ts';

const ids = { ids: z.array(zGalleryId).min(1).max(1000) };

const zGalleryPage = z.object({
  items: z.array(zGalleryItem),
  /** Hand it back as `before` for the page after; null at the end. It stays right while items come and go. */
  next: z.int().nullable(),
});

export const zGalleryEvent = z.discriminatedUnion('kind', [
  /** An item is new or was changed; also when it went to the trash or came back. */
  z.object({ kind: z.literal('put'), item: zGalleryItem }),
  /** An item is gone for good. */
  z.object({ kind: z.literal('removed'), id: zGalleryId }),
]);
export type GalleryEvent = z.infer<typeof zGalleryEvent>;

export const galleryContract = {
  /** Newest first. */
  page: call
    .input(
      z.object({
        filter: zGalleryFilter.unwrap().prefault({}),
        before: z.int().nullable().default(null),
        limit: z.int().min(1).max(500).default(100),
      }),
    )
    .output(zGalleryPage),
  count: call.input(z.object({ filter: zGalleryFilter.unwrap().prefault({}) })).output(z.int().min(0)),
  get: call.input(z.object({ id: zGalleryId })).output(zGalleryItem.nullable()),
  /** Every tag in use, the most frequent first. */
  tags: call.output(z.array(z.object({ tag: z.string(), count: z.int().min(1) }))),
  /** Changes from now on. After a lost connection, pages are to be asked for again. */
  watch: call.output(eventIterator(zGalleryEvent)),
  /** Stars and captions. */
  change: call.input(
    z.object({
      ...ids,
      changes: z.object({
        favourite: z.exactOptional(zGalleryItem.unwrap().shape.favourite),
        caption: z.exactOptional(zGalleryItem.unwrap().shape.caption),
      }),
    }),
  ),
  /** Adds and takes away tags; of items that have other tags too, those stay. */
  tag: call.input(z.object({ ...ids, add: z.array(z.string()).default([]), remove: z.array(z.string()).default([]) })),
  /** Puts items in the trash; `restore` undoes it. */
  trash: call.input(z.object(ids)),
  restore: call.input(z.object(ids)),
  /** Forgets items in the trash for good. */
  purge: call.input(z.object(ids)),
};
