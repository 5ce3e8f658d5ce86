import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';

import { createDeferred } from '#base/deferred';
import type { BlobName, JobRequest } from '#shared/contract/job-request';
import { createDocument, type Document } from '#shared/document/document';
import { setSelection } from '#shared/document/document-operations';
import { identity } from '#shared/document/geometry';
import { newLayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import type { Pixels } from '#shared/document/pixels';
import { defaultPromptState } from '#shared/document/prompt-state';
import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { runPrompt } from './run-prompt.ts';

const pixels: Pixels = { kind: 'picture', blob: 'a'.repeat(64) as BlobName, width: 8, height: 8 };
const layer = createLayer(
  'raster',
  newLayerId((count) => new Uint8Array(count)),
  'a',
  { pixels },
);
const picture = addLayer(createDocument({ width: 8, height: 8 }), layer, { parent: null, index: 0 });
const selected = setSelection(picture, { pixels, transform: identity });

/** A studio that is asked to draw a lamp in the document, with a canvas that is still storing something. */
function lampIn(document: Document, { isOnline = true } = {}) {
  const stored = createDeferred<void>();
  const started: JobRequest['kind'][] = [];
  const said: string[] = [];
  const state = createStore(() => ({
    document,
    tree: { current: 'n', nodes: new Map() },
    prompt: { ...defaultPromptState, prompt: 'a lamp' },
  }));
  const session = {
    id: 'd',
    canWrite: true,
    store: state,
    get document() {
      return state.getState().document;
    },
    setPrompt: () => {},
    saved: async () => {},
  } as unknown as DocumentSession;
  const start = async ({ requests }: { requests: JobRequest[] }) => {
    started.push(...requests.map(({ kind }) => kind));
    return [];
  };
  const studio = {
    client: { jobs: { start }, documents: { render: async () => ({ blob: 'b'.repeat(64) }) } },
    candidates: { show: () => {} },
    host: {
      models: createStore(() => ({ models: [{ id: 'nano', precision: 'f32' }], preferred: null })),
      settings: createStore(() => ({ model: null })),
    },
    isOnline: createStore(() => isOnline),
    view: createStore(() => ({ rerun: null, canvas: { settled: () => stored.promise } })),
    notices: { say: (text: string) => said.push(text), fault: (error: unknown) => said.push(String(error)) },
    words: (key: string) => key,
  } as unknown as Studio;
  return { studio, session, state, stored, started, said };
}

it('a selection that is still being stored is meant as well', async () => {
  const { studio, session, state, stored, started, said } = lampIn(picture);
  const run = runPrompt(studio, session);
  state.setState({ document: selected });
  stored.resolve();
  await run;
  expect([started, said]).toEqual([['inpaint'], []]);
});

it('says at once that the studio does not answer: nothing can be stored meanwhile', async () => {
  const { studio, session, started, said } = lampIn(picture, { isOnline: false });
  await runPrompt(studio, session);
  expect([started, said]).toEqual([[], ['prompt:obstacle.offline']]);
});
