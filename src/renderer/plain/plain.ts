/** @file The simplest window there can be: a sentence, perhaps a picture, and what comes of it. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';

import { defined } from '#base/assert';
import type { JobId } from '#shared/contract/job-events';
import { zJobRequest, type JobRequest } from '#shared/contract/job-request';
import { blobUrl, uploadUrl, zUpload } from '#shared/contract/studio/blob-urls';
import { rpcUrl, type StudioClient } from '#shared/contract/studio/contract';
import { afterJobsEvent, noJobs } from '#shared/contract/studio/job-activity';
import type { Model } from '#shared/contract/studio/models';
import { fromRpcError } from '#shared/contract/wire-error';
import type { JobRecord } from '#shared/library/job-record';

const form = defined(document.querySelector<HTMLFormElement>('#form'));
const status = defined(document.querySelector('#status'));
const picture = defined(document.querySelector<HTMLImageElement>('#picture'));
const models = defined(document.querySelector<HTMLSelectElement>('#model'));
const stop = defined(document.querySelector<HTMLButtonElement>('#stop'));
const file = defined(document.querySelector<HTMLInputElement>('#file'));
const valueOf = (selector: string): string =>
  defined(document.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector)).value;

const websocket = new WebSocket(new URL(rpcUrl, document.baseURI.replace(/^http/, 'ws')));
const client: StudioClient = createORPCClient(new RPCLink({ websocket }));
websocket.addEventListener('close', () => say('The studio does not answer any more: start it again.'));

let installed: readonly Model[] = [];
let shown: JobId | undefined;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void attempt(async () => {
    const request = await readRequest();
    const [job] = await client.jobs.start({ requests: [request] });
    shown = job?.id;
  });
});
stop.addEventListener('click', () => {
  if (shown !== undefined) void attempt(() => client.jobs.cancel({ ids: [defined(shown)] }));
});
void attempt(showModels);
void attempt(showJobs);

async function readRequest(): Promise<JobRequest> {
  const model = installed.find(({ id }) => id === models.value);
  if (!model) throw new Error('No model is installed: see "npm run studio -- pull --help".');
  const sampling = {
    model: model.id,
    precision: model.precision,
    prompt: valueOf('#prompt'),
    seed: Math.floor(Math.random() * 2 ** 32),
    steps: Number(valueOf('#steps')),
    textGuidance: 5,
  };
  const [source] = file.files ?? [];
  if (!source) {
    const side = Number(valueOf('#side'));
    return zJobRequest.parse({ kind: 'generate', ...sampling, width: side, height: side });
  }
  const sent = await fetch(uploadUrl(source.name), { method: 'POST', body: source });
  const { upload } = zUpload.parse(await sent.json());
  const placed = await client.files.place({ source: { upload } });
  return zJobRequest.parse({ kind: 'edit', ...sampling, image: placed.picture.blob });
}

async function showModels(): Promise<void> {
  for await (const state of await client.models.watch()) {
    installed = state.models.filter(({ problem }) => problem === null);
    models.replaceChildren(...installed.map(({ id, title }) => new Option(title, id, id === state.preferred)));
  }
}

async function showJobs(): Promise<void> {
  let state = noJobs;
  for await (const event of await client.jobs.watch({})) {
    state = afterJobsEvent(state, event);
    const job = shown === undefined ? undefined : state.jobs.get(shown);
    if (job) show(job, state.activity.get(job.id));
  }
}

function show(job: JobRecord, activity: ReturnType<typeof noJobs.activity.get>): void {
  const isOver = job.endedAt !== null;
  stop.disabled = isOver;
  const [result] = job.results;
  if (job.state === 'finished' && result) picture.src = blobUrl(result);
  else if (activity?.preview) picture.src = activity.preview.url;
  const progress = activity && activity.steps > 0 ? ` · step ${activity.step} of ${activity.steps}` : '';
  const seconds = activity?.timeLeftMs ? ` · ${Math.ceil(activity.timeLeftMs / 1000)} s left` : '';
  say(job.error?.message ?? `${job.state}${progress}${seconds}`);
}

async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(fromRpcError(error).message);
  }
}

function say(sentence: string): void {
  status.textContent = sentence;
}
