import { expect, it } from 'vitest';

import { zJobRequest } from '#shared/contract/job-request';
import type { JobId } from '#shared/contract/job-events';
import type { DocumentId } from '#shared/document/ids';
import type { JobRecord } from '#shared/library/job-record';
import { conversationsAbout, questionOf, turnsOf } from './conversations.ts';

const here = 'here' as DocumentId;
type Turn = readonly ['user' | 'assistant', string];

function asked(queuedAt: number, turns: readonly Turn[], text: string, document = here): [JobId, JobRecord] {
  const request = zJobRequest.parse({
    kind: 'describe',
    model: 'nano',
    precision: 'f32',
    images: ['a'.repeat(64)],
    turns: turns.map(([role, said]) => ({ role, text: said })),
  });
  const job = { id: `${queuedAt}`, request, queuedAt, text, target: { document, node: 'n' } } as unknown as JobRecord;
  return [job.id, job];
}

it('a conversation is told from the jobs that asked, in the order in which they were asked', () => {
  const jobs = new Map([
    asked(3, [['user', 'And its colour?']], 'Red.'),
    asked(1, [['user', 'What is it?']], 'A lamp.'),
    asked(
      2,
      [
        ['user', 'What is it?'],
        ['assistant', 'A lamp.'],
        ['user', 'How old?'],
      ],
      '',
    ),
    asked(4, [['user', 'Elsewhere?']], 'Yes.', 'there' as DocumentId),
  ]);
  const conversations = conversationsAbout({ jobs }, here);
  expect(conversations.map((exchanges) => exchanges.map(({ request }) => questionOf(request)))).toEqual([
    ['What is it?', 'How old?'],
    ['And its colour?'],
  ]);
  // The question that was stopped before a word came is not part of what was said.
  expect(turnsOf(conversations[0]!)).toEqual([
    { role: 'user', text: 'What is it?' },
    { role: 'assistant', text: 'A lamp.' },
  ]);
});

it('a long conversation is remembered from its end, beginning with a question', () => {
  const jobs = new Map(
    Array.from({ length: 40 }, (_, at) =>
      asked(
        at,
        at === 0
          ? [['user', `q${at}`]]
          : [
              ['user', 'q0'],
              ['assistant', 'a'],
              ['user', `q${at}`],
            ],
        `a${at}`,
      ),
    ),
  );
  const turns = turnsOf(conversationsAbout({ jobs }, here)[0]!);
  expect(turns.length).toBeLessThan(64);
  expect(turns[0]!.role).toBe('user');
  expect(turns.at(-1)).toEqual({ role: 'assistant', text: 'a39' });
});
