import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';

import { zJobRequest, type DescribeRequest } from '#shared/contract/job-request';
import { noJobs, type JobsState } from '#shared/contract/studio/job-activity';
import { createDocument } from '#shared/document/document';
import { newLayerId, type DocumentId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import type { JobRecord } from '#shared/library/job-record';
import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { createViewStore } from '../stores/view.ts';
import { ask, takeBack } from './ask.ts';

const id = 'd' as DocumentId;
const blob = 'a'.repeat(64);
const empty = createDocument({ width: 8, height: 8 });
const layer = createLayer(
  'raster',
  newLayerId((count) => new Uint8Array(count)),
  'a',
  {
    pixels: { kind: 'picture', blob: blob as never, width: 8, height: 8 },
  },
);
const withPicture = addLayer(empty, layer, { parent: null, index: 0 });

/** A studio whose jobs start and end when the test says so. */
function studioWith({ document = withPicture, models = ['nano'] } = {}) {
  const jobs = createStore<JobsState>(() => noJobs);
  const said: string[] = [];
  const asked: DescribeRequest['turns'][] = [];
  const change = (job: JobRecord): void =>
    jobs.setState((state) => ({ ...state, jobs: new Map(state.jobs).set(job.id, job) }));
  const start = async ({ requests }: { requests: DescribeRequest[] }) => {
    const request = zJobRequest.parse(requests[0]) as DescribeRequest;
    const number = asked.push(request.turns);
    const target = { document: id, node: 'n' };
    const job = {
      id: `${number}`,
      request,
      target,
      state: 'queued',
      text: '',
      queuedAt: number,
    } as unknown as JobRecord;
    // The job is told of later than it is started.
    setTimeout(() => change(job));
    return [job];
  };
  const usable = models.map((model) => ({ id: model, precision: 'f32' }));
  const studio = {
    client: { jobs: { start }, documents: { render: async () => ({ blob }) } },
    host: {
      jobs,
      models: createStore(() => ({ models: usable, preferred: null })),
      settings: createStore(() => ({ model: null })),
    },
    isOnline: createStore(() => true),
    view: createViewStore(),
    notices: { say: (text: string) => said.push(text) },
    words: (key: string) => key,
  } as unknown as Studio;
  const state = { document, tree: { current: 'n' }, prompt: { parameters: { model: null } } };
  const session = { id, document, canWrite: true, saved: async () => {}, store: createStore(() => state) };
  const end = (number: number, changes: Partial<JobRecord>): void =>
    change({ ...jobs.getState().jobs.get(`${number}` as never)!, ...changes });
  const ready = (number: number) => expect.poll(() => jobs.getState().jobs.size).toBe(number);
  return { studio, session: session as unknown as DocumentSession, asked, said, end, ready };
}

it('a question that is asked before there is an answer waits for it, and goes on from it', async () => {
  const { studio, session, asked, end, ready } = studioWith();
  const first = ask(studio, session, 'What is it?');
  const second = ask(studio, session, 'Which colour?');
  const third = ask(studio, session, 'How many?');
  await first;
  await ready(1);
  takeBack(studio, studio.view.getState().questions.at(-1)!);
  expect(studio.view.getState().questions.map(({ text }) => text)).toEqual(['Which colour?']);
  expect(asked.length).toBe(1);
  end(1, { state: 'finished', text: 'A lamp.' });
  await Promise.all([second, third]);
  expect(asked.map((turns) => turns.map(({ text }) => text))).toEqual([
    ['What is it?'],
    ['What is it?', 'A lamp.', 'Which colour?'],
  ]);
  expect(studio.view.getState().questions).toEqual([]);
});

it('a new conversation need not wait for the answer in the one before', async () => {
  const { studio, session, asked } = studioWith();
  await ask(studio, session, 'What is it?');
  studio.view.setState({ askAnew: id });
  await ask(studio, session, 'How many?');
  expect(asked.map(({ length }) => length)).toEqual([1, 1]);
});

it('says what is in the way instead of asking', async () => {
  for (const [changes, reason] of [
    [{ document: empty }, 'no-picture'],
    [{ models: [] }, 'no-model'],
  ] as const) {
    const { studio, session, asked, said } = studioWith(changes as object);
    await ask(studio, session, 'What is it?');
    expect(said).toEqual([`prompt:obstacle.${reason}`]);
    expect(asked).toEqual([]);
  }
});
