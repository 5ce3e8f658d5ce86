import { expect, it } from 'vitest';

import { zHistoryEvent, type HistoryEvent } from '#shared/document/history-node';
import { emptyHistory, redoTarget, replay } from '#shared/document/history-tree';
import { zJobRecord, type JobRecord } from '#shared/library/job-record';
import { defaultSettings, zSettingsChanges } from '#shared/library/settings';
import { historyState, historyTree, zHistoryState } from './history-state.ts';
import { afterJobsEvent, inOrder, noJobs } from './job-activity.ts';
import { zJobsEvent, type JobsEvent } from './jobs.ts';
import { zMenuItem } from './host.ts';

const commit = (id: string, parent: string | null): HistoryEvent =>
  zHistoryEvent.parse({
    type: 'commit',
    node: {
      id,
      parent,
      label: { what: 'brush' },
      kind: 'paint',
      createdAt: 0,
      recipe: null,
      thumbnail: null,
      name: null,
      pinned: false,
      stale: false,
    },
  });
const go = (node: string): HistoryEvent => zHistoryEvent.parse({ type: 'go', node });

it('a history arrives as it was sent, and goes on from there', () => {
  const events = [commit('a', null), commit('b', 'a'), go('a'), commit('c', 'a'), go('b'), go('a')];
  const sent = replay(emptyHistory, events);
  const arrived = historyTree(zHistoryState.parse(JSON.parse(JSON.stringify(historyState(sent)))));
  expect(arrived).toEqual(sent);
  expect(redoTarget(arrived)).toBe('b');
  expect(replay(arrived, [commit('d', 'b')])).toEqual(replay(sent, [commit('d', 'b')]));
});

it('changes of settings change what they name and nothing else', () => {
  expect(zSettingsChanges.parse({})).toEqual({});
  expect(zSettingsChanges.parse({ export: { quality: 80 }, theme: 'dark' })).toEqual({
    export: { quality: 80 },
    theme: 'dark',
  });
  for (const wrong of [{ version: 2 }, { theme: 'pink' }, { export: { quality: 900 } }, { unknown: 1 }])
    expect(zSettingsChanges.safeParse(wrong).success).toBe(false);
  expect(zSettingsChanges.safeParse({ model: undefined }).success).toBe(false);
  const { version: _version, ...all } = defaultSettings;
  expect(zSettingsChanges.parse(all)).toEqual(all);
});

const id = '0b8e7c1e-9d7f-4a53-8a5c-0a9a4a3b7c11';

function job(changes: Partial<JobRecord> = {}): JobRecord {
  const request = {
    kind: 'describe',
    model: 'nano',
    precision: 'int8',
    images: [],
    turns: [{ role: 'user', text: '?' }],
  };
  const state = {
    state: 'queued',
    rank: 1,
    attempts: 0,
    wasInterrupted: false,
    queuedAt: 0,
    endedAt: null,
    target: null,
  };
  return zJobRecord.parse({ version: 1, id, request, ...state, results: [], text: '', error: null, ...changes });
}

/** Events as they come over the wire. */
const events = (...sent: readonly object[]): JobsEvent[] =>
  sent.map((event) => zJobsEvent.parse({ cursor: 'x-1', ...event }));

it('what a running job has said adds up, and is forgotten when it starts over or ends', () => {
  const running = job({ state: 'running', attempts: 1 });
  const region = { rect: { x: -8, y: 0, width: 64, height: 64 }, changes: { x: 8, y: 8, width: 20, height: 16 } };
  const said = events(
    { kind: 'snapshot', jobs: [job()], activity: [] },
    { kind: 'job', job: running },
    { kind: 'progress', id, progress: { kind: 'phase', name: 'answer' } },
    { kind: 'progress', id, progress: { kind: 'region', ...region } },
    { kind: 'progress', id, progress: { kind: 'text', delta: 'A grey ' } },
    { kind: 'progress', id, progress: { kind: 'text', delta: 'cat.' } },
  );
  const state = said.reduce(afterJobsEvent, noJobs);
  expect([...state.activity.values()]).toMatchObject([{ phase: 'answer', region, text: 'A grey cat.', step: 0 }]);
  const moved = afterJobsEvent(state, events({ kind: 'job', job: { ...running, rank: 7 } })[0]!);
  expect(moved.activity.size).toBe(1);
  for (const next of [job({ state: 'running', attempts: 2 }), job({ state: 'finished', attempts: 1 })])
    expect(afterJobsEvent(state, events({ kind: 'job', job: next })[0]!).activity.size).toBe(0);
});

it('jobs are listed with what comes next on top', () => {
  const listed = [
    job({ state: 'finished', endedAt: 1, rank: 0 }),
    job({ rank: 5 }),
    job({ state: 'failed', endedAt: 9, rank: 2 }),
    job({ rank: 3 }),
  ];
  expect(inOrder(listed).map(({ rank }) => rank)).toEqual([3, 5, 2, 0]);
});

it('menus may be in menus', () => {
  const separator = { kind: 'separator' };
  const menu = {
    kind: 'menu',
    label: 'File',
    items: [separator, { kind: 'menu', label: 'Recent', items: [separator] }],
  };
  expect(zMenuItem.parse(menu)).toEqual(menu);
  expect(zMenuItem.safeParse({ ...menu, items: [{ kind: 'menu' }] }).success).toBe(false);
});
