/** @file What was asked about a document. Every job has the whole conversation before it, so that it can be told from jobs. */
import type { DescribeRequest } from '#shared/contract/job-request';
import type { JobsState } from '#shared/contract/studio/job-activity';
import type { DocumentId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';

/** One question, and what was answered. */
export interface Exchange {
  readonly job: JobRecord;
  readonly request: DescribeRequest;
}

/** Turns that go along with a question: more would leave the model no room for the picture. */
const rememberedTurns = 16;

/** The conversations about a document, oldest first; a question without anything before it begins one. */
export function conversationsAbout({ jobs }: Pick<JobsState, 'jobs'>, document: DocumentId): Exchange[][] {
  const conversations: Exchange[][] = [];
  for (const job of [...jobs.values()].toSorted((one, other) => one.queuedAt - other.queuedAt)) {
    const { request, target } = job;
    if (request.kind !== 'describe' || target?.document !== document) continue;
    const current = conversations.at(-1);
    if (!current || request.turns.length === 1) conversations.push([{ job, request }]);
    else current.push({ job, request });
  }
  return conversations;
}

export const questionOf = ({ turns }: DescribeRequest): string => turns.at(-1)?.text ?? '';

/** What was said so far, to go in front of the next question. Questions without an answer are left out. */
export function turnsOf(conversation: readonly Exchange[]): DescribeRequest['turns'] {
  return conversation
    .filter(({ job }) => job.text !== '')
    .flatMap(({ job, request }): DescribeRequest['turns'] => [
      { role: 'user', text: questionOf(request) },
      { role: 'assistant', text: job.text.slice(0, 8000) },
    ])
    .slice(-rememberedTurns);
}
