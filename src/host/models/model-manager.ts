import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { isCancelled } from '#base/abort';
import { toAppError } from '#base/app-error';
import type { Dispose } from '#base/disposable';
import type { JsonObject } from '#model/weights/json';
import { importCheckpoint } from '#model/weights/node/import-checkpoint';
import { openPackage, verifyPackage } from '#model/weights/node/model-package';
import type { Precision } from '#shared/contract/job-request';
import { zModelTaskId, type Model, type ModelTask, type ModelTaskId } from '#shared/contract/studio/models';
import { toWireError } from '#shared/contract/wire-error';
import { safeFileName } from '#files/safe-name';
import { Throughput } from '../download/throughput.ts';
import type { Hub } from './hub.ts';
import { describeModels, modelFolder, removeModel, runnableFolder, type ModelFolders } from './installed-models.ts';
import type { PullProgress } from './pull-progress.ts';
import { pullModel } from './pull.ts';

export interface ModelManagerOptions extends ModelFolders {
  /** Where downloads are before they are imported. */
  readonly downloadsFolder: string;
  /** The script that imports run their conversions in; without it they run in this thread. */
  readonly conversionScript?: string | undefined;
  /** Asked when a pull starts. @throws AppError `usage-invalid` */
  readonly hub: () => Hub;
}

type Progress = Partial<
  Pick<ModelTask, 'phase' | 'item' | 'doneBytes' | 'totalBytes' | 'bytesPerSecond' | 'timeLeftMs' | 'reason'>
>;

interface TaskTools {
  readonly signal: AbortSignal;
  readonly tell: (progress: Progress) => void;
}

interface RunningTask {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Installed models, and what is being done to them. Tasks go on whoever watches, until they end or are cancelled. */
export class ModelManager {
  readonly #options: ModelManagerOptions;
  readonly #tasks = new Map<ModelTaskId, ModelTask>();
  readonly #running = new Map<ModelTaskId, RunningTask>();
  readonly #listeners = new Set<() => void>();

  constructor(options: ModelManagerOptions) {
    this.#options = options;
  }

  list(): Promise<Model[]> {
    return describeModels(this.#options);
  }

  get tasks(): ModelTask[] {
    return [...this.#tasks.values()];
  }

  /** The folder of a model. @throws AppError `model-missing` */
  folderOf(id: string): Promise<string> {
    return modelFolder(id, this.#options);
  }

  /** The folder of a model that can be run here. @throws AppError `model-missing`, `model-too-large` */
  runnableFolderOf(id: string): Promise<string> {
    return runnableFolder(id, this.#options);
  }

  /** Told whenever models or tasks have changed. */
  subscribe(listener: () => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes a model of a checkpoint's folder. */
  import(folder: string, { precision, name }: { precision: Precision; name: string | null }): ModelTaskId {
    const title = basename(resolve(folder));
    const id = safeFileName(name ?? `${title}-${precision}`);
    return this.#start('import', title, async (tools) => {
      await this.#import(folder, id, { precision, title: name ?? title }, tools);
      return id;
    });
  }

  /** Downloads a model and imports it. */
  pull(
    repo: string,
    { revision, precision, keepDownload }: { revision: string | null; precision: Precision; keepDownload: boolean },
  ): ModelTaskId {
    return this.#start('pull', repo, async (tools) => {
      const { folder, commit } = await pullModel(repo, {
        hub: this.#options.hub(),
        folder: this.#options.downloadsFolder,
        revision: revision ?? undefined,
        signal: tools.signal,
        onProgress: (progress) => tools.tell(pullProgress(progress)),
      });
      const title = repo.split('/').at(-1) ?? repo;
      const id = safeFileName(`${title}-${precision}`);
      await this.#import(folder, id, { precision, title, origin: { repo, commit } }, tools);
      if (!keepDownload) await rm(folder, { recursive: true });
      return id;
    });
  }

  /** Compares every file of a model with its checksum. */
  async verify(id: string): Promise<ModelTaskId> {
    const model = await openPackage(await this.folderOf(id));
    return this.#start('verify', model.name, async ({ signal, tell }) => {
      const measured = measure('verify', tell);
      await verifyPackage(model, {
        signal,
        onProgress: ({ bytesDone, bytesTotal }) => measured('', bytesDone, bytesTotal),
      });
      return id;
    });
  }

  cancel(id: ModelTaskId): void {
    this.#running.get(id)?.abort.abort();
  }

  /** Forgets a task that has ended. */
  dismiss(id: ModelTaskId): void {
    if (this.#running.has(id)) return;
    this.#tasks.delete(id);
    this.#changed();
  }

  /** @throws AppError `usage-invalid`, `model-missing` */
  async remove(id: string): Promise<void> {
    await removeModel(id, this.#options);
    this.#changed();
  }

  /** Cancels what runs and waits until it has stopped. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.all(running.map(({ done }) => done));
    this.#listeners.clear();
  }

  async #import(
    folder: string,
    id: string,
    { precision, title, origin }: { precision: Precision; title: string; origin?: JsonObject },
    { signal, tell }: TaskTools,
  ): Promise<void> {
    const measured = measure('import', tell);
    await importCheckpoint(folder, join(this.#options.modelsFolder, id), {
      precision,
      name: title,
      origin,
      signal,
      threadScript: this.#options.conversionScript,
      onProgress: ({ item, bytesDone, bytesTotal }) => measured(item, bytesDone, bytesTotal),
    });
  }

  /** @param work Returns the id of the model that came of it. */
  #start(kind: ModelTask['kind'], subject: string, work: (tools: TaskTools) => Promise<string>): ModelTaskId {
    const id = zModelTaskId.parse(randomUUID());
    const abort = new AbortController();
    const tell = (changes: Partial<ModelTask>) => {
      this.#tasks.set(id, { ...(this.#tasks.get(id) ?? newTask(id, kind, subject)), ...changes });
      this.#changed();
    };
    tell({});
    const done = work({ signal: abort.signal, tell })
      .then((model) => tell({ state: 'finished', model, ...atRest }))
      .catch((error: unknown) => {
        if (isCancelled(error)) tell({ state: 'cancelled', ...atRest });
        else tell({ state: 'failed', error: toWireError(toAppError(error)), ...atRest });
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, { abort, done });
    return id;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const atRest = { phase: null, item: '', bytesPerSecond: null, timeLeftMs: null, reason: null } satisfies Progress;

function newTask(id: ModelTaskId, kind: ModelTask['kind'], subject: string): ModelTask {
  const facts = { doneBytes: 0, totalBytes: 0, model: null, error: null };
  return { id, kind, subject, state: 'running', ...facts, ...atRest };
}

/** Passes on how far it is a few times a second, with the speed of the last seconds. */
function measure(phase: 'import' | 'verify', tell: TaskTools['tell']) {
  const throughput = new Throughput();
  let before = 0;
  let toldMs = -Infinity;
  return (item: string, doneBytes: number, totalBytes: number) => {
    const nowMs = performance.now();
    throughput.add(doneBytes - before, nowMs);
    before = doneBytes;
    if (nowMs - toldMs < 200 && doneBytes < totalBytes) return;
    toldMs = nowMs;
    tell({
      phase,
      item,
      doneBytes,
      totalBytes,
      bytesPerSecond: finite(throughput.bytesPerSecond(nowMs)),
      timeLeftMs: finite(throughput.timeLeftMs(totalBytes - doneBytes, nowMs)),
    });
  };
}

/** Null for what is not known yet, or is for ever. */
const finite = (value: number | null | undefined): number | null => (Number.isFinite(value) ? (value as number) : null);

function pullProgress(progress: PullProgress): Progress {
  switch (progress.phase) {
    case 'list':
      return { phase: 'list' };
    case 'check':
      return { phase: 'check', ...only(progress), bytesPerSecond: null, timeLeftMs: null, reason: null };
    case 'download': {
      const rate = { bytesPerSecond: progress.bytesPerSecond, timeLeftMs: finite(progress.timeLeftMs) };
      return { phase: 'download', ...only(progress), ...rate, reason: null };
    }
    case 'wait':
      return { phase: 'wait', item: progress.file, reason: progress.reason, bytesPerSecond: null, timeLeftMs: null };
  }
}

function only({ file, doneBytes, totalBytes }: { file: string; doneBytes: number; totalBytes: number }) {
  return { item: file, doneBytes, totalBytes };
}
