import { AppError } from '#base/app-error';
import type { HistoryEvent } from '#shared/document/history-node';
import { emptyHistory, replay, type HistoryTree } from '#shared/document/history-tree';
import type { NodeId } from '#shared/document/ids';
import type { JournalRecord } from '../journal/record-format.ts';
import { decodeEvent } from './document-record.ts';
import type { PlacedEvent, Snapshot } from './snapshot.ts';

/** A history as it was read from a journal. */
export interface DocumentLog {
  readonly tree: HistoryTree;
  /** Where the record of each node starts, which holds its document. */
  readonly offsets: ReadonlyMap<NodeId, number>;
  readonly events: readonly PlacedEvent[];
  /** Steps whose record could not be read or whose parent is lost, in words. */
  readonly problems: readonly string[];
}

/**
 * Makes a history of a snapshot and the records after it. A damaged step is left out and its children move up to the
 * step before it, so that one bad record costs one step.
 * @throws AppError `version-too-new` when a later studio wrote some of it: leaving that out would lose work.
 */
export function readLog(snapshot: Snapshot | undefined, records: readonly JournalRecord[]): DocumentLog {
  const problems: string[] = [];
  const events: PlacedEvent[] = [...(snapshot?.events ?? [])];
  for (const { offset, payload } of records) {
    try {
      events.push({ offset, event: decodeEvent(payload) });
    } catch (error) {
      if (error instanceof AppError && error.code === 'version-too-new') throw error;
      problems.push(`the record at byte ${offset} is damaged`);
    }
  }
  return connect(events, problems);
}

function connect(found: readonly PlacedEvent[], problems: string[]): DocumentLog {
  const offsets = new Map<NodeId, number>();
  const events: PlacedEvent[] = [];
  let last: NodeId | null = null;
  for (const placed of found) {
    const { event } = placed;
    if (event.type === 'commit') {
      const { node } = event;
      if (offsets.has(node.id)) {
        problems.push(`step ${node.id} is there twice`);
        continue;
      }
      const isConnected: boolean = node.parent === null ? last === null : offsets.has(node.parent);
      if (!isConnected) problems.push(`the step before ${node.id} is lost`);
      const connected: HistoryEvent = isConnected ? event : { type: 'commit', node: { ...node, parent: last } };
      events.push({ offset: placed.offset, event: connected });
      offsets.set(node.id, placed.offset);
      last = node.id;
    } else if ('node' in event && !offsets.has(event.node)) {
      problems.push(`an entry about the lost step ${event.node} is left out`);
    } else {
      events.push(placed);
      if (event.type === 'go') last = event.node;
    }
  }
  const tree = replay(
    emptyHistory,
    events.map(({ event }) => event),
  );
  return { tree, offsets, events, problems };
}
