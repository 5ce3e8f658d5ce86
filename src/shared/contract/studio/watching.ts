import { z } from 'zod';

/**
 * Where a stream of events was: every event has one. Handing the last one back as `after` goes on behind it, so that a
 * connection that broke loses nothing. When that is not possible any more (the host was started anew, or too much has
 * happened since), the stream starts with a snapshot instead, as it does without `after`.
 */
export const zCursor = z.string().max(100).brand('Cursor');
export type Cursor = z.infer<typeof zCursor>;

export const zWatch = z.object({ after: zCursor.nullable().default(null) });

/** What every event of a stream has. */
export const watched = { cursor: zCursor };
