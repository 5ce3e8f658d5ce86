import type { HistoryEvent } from '#shared/document/history-node';
import type { JournalRecord } from '../journal/record-format.ts';
import type { DocumentLog } from './document-log.ts';
import { decodeDocument, encodeEvent } from './document-record.ts';

/**
 * Records for events of a log, each commit with the document it was recorded with: for a history that is not the recorded
 * one any more, since a damaged step fell out or only a part is wanted.
 */
export async function recordsFor(
  events: readonly HistoryEvent[],
  { offsets }: Pick<DocumentLog, 'offsets'>,
  records: readonly JournalRecord[],
): Promise<Buffer[]> {
  const payloadAt = new Map(records.map(({ offset, payload }) => [offset, payload]));
  return Promise.all(
    events.map(async (event) => {
      const offset = event.type === 'commit' ? offsets.get(event.node.id) : undefined;
      const payload = offset === undefined ? undefined : payloadAt.get(offset);
      return encodeEvent(event, payload && (await decodeDocument(payload)));
    }),
  );
}
