import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';

import type { JobId } from '#shared/contract/job-events';
import type { ModelsState } from '#shared/contract/studio/models';
import { createDocument } from '#shared/document/document';
import type { DocumentId } from '#shared/document/ids';
import { defaultPromptState } from '#shared/document/prompt-state';
import type { JobRecord } from '#shared/library/job-record';
import { fakeJobHost } from '#testing/fake-job-host';
import type { Studio } from '../../app/studio.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { createCandidates } from '../candidates/candidates.ts';
import { followPaper } from './follow-paper.ts';

const here = 'd' as DocumentId;
const id = (number: number): JobId => `00000000-0000-4000-8000-00000000000${number}` as JobId;
const job = (number: number, width: number, height: number) =>
  ({
    id: id(number),
    state: 'finished',
    request: { kind: 'generate', width, height },
    target: { document: here },
    offer: { run: id(1), rerunOf: null, isOpen: true },
    queuedAt: number,
  }) as unknown as JobRecord;

it('the paper is as large as the result that is shown, or as what is asked for, or as it was', () => {
  const jobHost = fakeJobHost([]);
  const candidates = createCandidates(jobHost);
  const { jobs } = jobHost.host;
  const limits = { multiple: 32, minSide: 128, maxArea: 256 * 256 };
  const models = createStore(() => ({ models: [{ id: 'nano', precision: 'f32', limits }] }) as unknown as ModelsState);
  const settings = createStore(() => ({ model: null }));
  const store = createStore(() => ({
    document: createDocument({ width: 64, height: 64 }),
    prompt: defaultPromptState,
  }));
  const ask = (width: number, height: number): void =>
    store.setState(({ prompt }) => ({ prompt: { ...prompt, parameters: { ...prompt.parameters, width, height } } }));
  let paper = '';
  const setPaper: DocumentSession['setPaper'] = (size) => {
    paper = size ? `${size.width} × ${size.height}` : 'own';
  };
  const studio = { candidates, host: { jobs, models, settings } } as unknown as Studio;
  const stop = followPaper(studio, { id: here, store, setPaper } as unknown as DocumentSession);
  expect(paper).toBe('own');
  ask(150, 128);
  expect(paper).toBe('160 × 128');
  jobHost.tell(job(1, 256, 128), job(2, 128, 256));
  expect(paper).toBe('256 × 128');
  candidates.show(here, id(2));
  expect(paper).toBe('128 × 256');
  candidates.putAway(id(2));
  expect(paper).toBe('160 × 128');
  stop();
  ask(128, 128);
  expect(paper).toBe('160 × 128');
});
