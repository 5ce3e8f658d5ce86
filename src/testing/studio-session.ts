/** @file A whole studio in the test's own process: a real library in a folder, a real engine in a process of its own. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { createRouterClient } from '@orpc/server';
import { onTestFinished } from 'vitest';

import { forkEngine } from '#host/engine/fork-engine';
import type { EngineLimits } from '#host/engine/engine-limits';
import type { LibraryFs } from '#host/library/library-fs';
import { openStudio, type Studio } from '#host/studio/open-studio';
import { browserWindow, type ShellWindow } from '#host/studio/shell-window';
import { studioRouter } from '#host/studio/studio-router';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { zJobRequest, type JobRequest } from '#shared/contract/job-request';
import type { StudioClient } from '#shared/contract/studio/contract';
import { isFinal, type JobRecord } from '#shared/library/job-record';
import type { BundledScripts } from './bundle-scripts.ts';
import type { FakeEngineFaults } from './fake-engine.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { makeTinyCheckpoint } from './tiny-checkpoint.ts';

export interface StudioSession {
  readonly home: string;
  readonly studio: Studio;
  /** As a window has it, without a connection in between. */
  readonly client: StudioClient;
}

interface SessionOptions {
  /** With `engine.js`, the engine; it is started by the first job. */
  readonly scripts: BundledScripts;
  /** Of an earlier session; a new one by default. */
  readonly home?: string;
  /** For the engine of `fake-engine.ts`. */
  readonly faults?: FakeEngineFaults;
  readonly limits?: Partial<EngineLimits>;
  readonly fs?: LibraryFs;
  readonly window?: ShellWindow;
  /** A model package to be installed as `tiny`. */
  readonly model?: string;
  /** Where the models are that come with the studio; none do unless told. */
  readonly bundledModelsFolder?: string;
  readonly memoryBytes?: number | undefined;
}

/** Opens a studio that is closed when the test ends, if the test has not done so. */
export async function openStudioSession(options: SessionOptions): Promise<StudioSession> {
  const { scripts, faults, limits = {}, fs, window = browserWindow } = options;
  const home = options.home ?? (await temporaryFolder());
  if (options.model !== undefined) {
    await mkdir(join(home, 'models'), { recursive: true });
    await cp(options.model, join(home, 'models', 'tiny'), { recursive: true });
  }
  // Asked at each start of the engine: a test may change its faults.
  const env = () => faults && { env: { FAKE_ENGINE: JSON.stringify(faults) } };
  const studio = await openStudio({
    home,
    bundledModelsFolder: options.bundledModelsFolder ?? join(home, 'bundled'),
    spawnEngine: (listeners) => forkEngine({ entry: join(scripts.folder, 'engine.js'), ...env(), ...listeners }),
    version: '0.0.0-test',
    env: {},
    engineLimits: limits,
    ...(fs && { fs }),
    memoryBytes: options.memoryBytes,
  });
  onTestFinished(() => studio.close());
  return { home, studio, client: createRouterClient(studioRouter(studio), { context: { window } }) };
}

/** A model package of a few hundred kilobytes with random weights; real in all else. */
export async function makeTinyModel(folder: string): Promise<string> {
  const checkpoint = join(folder, 'checkpoint');
  await makeTinyCheckpoint(checkpoint);
  const config = join(checkpoint, 'config.json');
  const stated = JSON.parse(await readFile(config, 'utf8')) as object;
  await writeFile(config, JSON.stringify({ ...stated, studio_limits: { min_side: 64, max_area: 256 * 256 } }));
  const model = resolve(folder, 'tiny');
  await importCheckpoint(checkpoint, model, { precision: 'f32' });
  return model;
}

/** A small picture to be made from words. */
export function requestFor(prompt: string, changes: Readonly<Record<string, unknown>> = {}): JobRequest {
  const sampling = { model: 'tiny', precision: 'f32', prompt, seed: 7, steps: 2, textGuidance: 1 };
  return zJobRequest.parse({ kind: 'generate', width: 64, height: 64, ...sampling, ...changes });
}

/** Waits until a job has ended. */
export async function ended(client: StudioClient, id: JobRecord['id']): Promise<JobRecord> {
  for await (const event of await client.jobs.watch({})) {
    const jobs = event.kind === 'snapshot' ? event.jobs : event.kind === 'job' ? [event.job] : [];
    const job = jobs.find((each) => each.id === id);
    if (job && isFinal(job.state)) return job;
  }
  throw new Error('The stream of jobs ended before the job did');
}
