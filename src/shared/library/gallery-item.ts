import { z } from 'zod';

import { zJobId } from '#shared/contract/job-events';
import { zBlobName, zJobRequest } from '#shared/contract/job-request';
import { zDocumentId, zNodeId } from '#shared/document/ids';

export const zGalleryId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'A gallery id is lower-case letters, digits and hyphens.')
  .brand('GalleryId');
export type GalleryId = z.infer<typeof zGalleryId>;

const zTag = z.string().trim().min(1).max(100);

/** A picture in the gallery, with all that is known of it. */
export const zGalleryItem = z
  .strictObject({
    version: z.literal(1),
    id: zGalleryId,
    blob: zBlobName,
    width: z.int().min(1),
    height: z.int().min(1),
    /** Milliseconds since 1970 by the clock of the time; the order of the gallery is that of arrival, not this. */
    addedAt: z.int(),
    /** `made` by a job, `saved` from a document, `imported` from a file. */
    origin: z.enum(['made', 'saved', 'imported']),
    /** The file it came from, for what was imported. */
    fileName: z.string().max(255).nullable(),
    recipe: zJobRequest.nullable(),
    /** What it shows, in words a person or the model wrote. */
    caption: z.string().max(8000),
    tags: z.array(zTag).max(200).readonly(),
    favourite: z.boolean(),
    job: zJobId.nullable(),
    /** Where it was made. */
    document: zDocumentId.nullable(),
    node: zNodeId.nullable(),
    /** When it was put in the trash; null for what is not. */
    trashedAt: z.int().nullable(),
  })
  .readonly();
export type GalleryItem = z.infer<typeof zGalleryItem>;

/** What a person or the model may change about an item. */
export type GalleryChanges = Partial<Pick<GalleryItem, 'caption' | 'tags' | 'favourite' | 'trashedAt'>>;

/** Which items to show. All conditions hold together. */
export const zGalleryFilter = z
  .strictObject({
    /** Words of prompt, caption, tags or file name, in any language; each must be there. */
    text: z.string().max(500).default(''),
    tags: z.array(zTag).default([]),
    origin: z.exactOptional(zGalleryItem.unwrap().shape.origin),
    favourite: z.boolean().default(false),
    document: z.exactOptional(zDocumentId),
    trashed: z.boolean().default(false),
  })
  .readonly();
export type GalleryFilter = z.infer<typeof zGalleryFilter>;

/** A stretch of the gallery, newest first. */
export interface GalleryPage {
  readonly items: readonly GalleryItem[];
  /** Where the next page starts; null at the end. It stays right while items come and go. */
  readonly next: number | null;
}
