import * as nodeFs from 'node:fs/promises';

import { z } from 'zod';

import { frozen } from '#shared/document/frozen';
import type { HistoryEvent } from '#shared/document/history-node';
import { writeFileDurably } from '#files/durable-write';
import { decodeRecord, encodeRecord } from '../journal/record-format.ts';
import type { LibraryFs } from '../library-fs.ts';

/** An event of a document's journal and where its record starts. */
export interface PlacedEvent {
  readonly offset: number;
  readonly event: HistoryEvent;
}

/** The events of a journal up to `end`, without the documents between them, so that opening need not read those. */
export interface Snapshot {
  /** Of the journal it was taken from; of another one it says nothing. */
  readonly incarnation: string;
  readonly end: number;
  readonly events: readonly PlacedEvent[];
}

/** Goes up with every change of `zHistoryEvent`: a snapshot of another number is not used. */
const snapshotVersion = 2;

// The events are what this studio has parsed before it wrote them, and the checksum says that they are still that:
// parsing ten thousand of them again would take longer than all the rest of opening.
const zSnapshotFile = z.object({
  version: z.literal(snapshotVersion),
  incarnation: z.string(),
  end: z.int().min(0),
  events: z.custom<readonly (readonly [number, HistoryEvent])[]>(Array.isArray),
});

/** Saves what opening would otherwise compute. It is never the only copy of anything. */
export async function writeSnapshot(
  path: string,
  { incarnation, end, events }: Snapshot,
  fs: LibraryFs,
): Promise<void> {
  const file: z.infer<typeof zSnapshotFile> = {
    version: snapshotVersion,
    incarnation,
    end,
    events: events.map(({ offset, event }) => [offset, event]),
  };
  await writeFileDurably(path, encodeRecord(Buffer.from(JSON.stringify(file))), { fs });
}

/** The snapshot, or undefined when there is none that can be used: missing, damaged, or of another version. */
export async function readSnapshot(path: string, fs: LibraryFs = nodeFs): Promise<Snapshot | undefined> {
  try {
    const file = await fs.open(path, 'r');
    try {
      const payload = decodeRecord(await file.readFile(), 0);
      if (payload === undefined) return undefined;
      const { incarnation, end, events } = zSnapshotFile.parse(JSON.parse(payload.toString('utf8')));
      const placed = events.map(([offset, event]) => ({ offset, event: frozen(event) }));
      return { incarnation, end, events: placed };
    } finally {
      await file.close();
    }
  } catch {
    // Whatever is wrong with it, the journal has it all.
    return undefined;
  }
}
