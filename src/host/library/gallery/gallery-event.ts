import { z } from 'zod';

import { zGalleryId, zGalleryItem } from '#shared/library/gallery-item';
import { parseVersioned, type VersionedShape } from '#shared/document/versioned';

/** A record of the gallery's journal: an item as it is from now on, or that it is gone for good. */
const zGalleryEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('put'), item: zGalleryItem }),
  z.strictObject({ type: z.literal('remove'), id: zGalleryId }),
]);
export type GalleryEvent = z.infer<typeof zGalleryEvent>;

const stored = {
  what: 'gallery entry',
  schema: z.strictObject({ version: z.literal(1), event: zGalleryEvent }),
  steps: [],
  repair: withoutRecipe,
} satisfies VersionedShape<z.ZodType>;

/** A picture whose recipe is not understood any more is still a picture. */
function withoutRecipe(stored: Record<string, unknown>): Record<string, unknown> {
  const put = z.looseObject({ type: z.literal('put'), item: z.looseObject({}) }).safeParse(stored['event']);
  return put.success ? { ...stored, event: { ...put.data, item: { ...put.data.item, recipe: null } } } : stored;
}

export function encodeGalleryEvent(event: GalleryEvent): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, event }));
}

/** @throws AppError `stored-value-invalid`, `version-too-new`; SyntaxError when it is not JSON */
export function decodeGalleryEvent(payload: Buffer): GalleryEvent {
  return parseVersioned(JSON.parse(payload.toString('utf8')), stored).event;
}
