import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { AppError } from '#base/app-error';
import type { Device } from '#shared/contract/device';
import type { JobRequest, Precision } from '#shared/contract/job-request';
import type { JobReport } from '#shared/contract/job-events';
import type { Estimate, EstimateQuery } from '#shared/contract/studio/estimates';
import type { Raster } from '#raster/raster';
import { EngineSupervisor } from '../engine/engine-supervisor.ts';
import type { EngineLimits } from '../engine/engine-limits.ts';
import type { SpawnEngine } from '../engine/engine-process.ts';
import { openLibrary, type Library } from '../library/library.ts';
import type { LibraryFs } from '../library/library-fs.ts';
import { hubFromEnvironment } from '../models/hub.ts';
import { preferredModel } from '../models/installed-models.ts';
import { ModelManager } from '../models/model-manager.ts';
import { Captioner } from './captioner.ts';
import { DocumentDesk } from './document-desk.ts';
import { Estimator } from './estimator.ts';
import { FileDesk } from './file-desk.ts';
import { availableMemory, refuseTooLarge } from './job-memory.ts';
import { JobRunner } from './job-runner.ts';
import { isMachineBusy, Upkeep } from './upkeep.ts';
import { WaitingFiles } from './waiting-files.ts';

export interface StudioOptions {
  /** Where everything is kept. */
  readonly home: string;
  /** Where the models are that come with the program. */
  readonly bundledModelsFolder: string;
  readonly spawnEngine: SpawnEngine;
  /** The built script that imports run their conversions in. */
  readonly conversionScript?: string | undefined;
  readonly version: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly engineLimits?: Partial<EngineLimits>;
  /** Takes the place of the library's file system. */
  readonly fs?: LibraryFs;
  /** Where it is known: then nothing is done that nobody asked for. */
  readonly isOnBattery?: () => boolean;
  /** Takes the place of this machine's memory. */
  readonly memoryBytes?: number | undefined;
}

/** The studio without a window: everything that a shell connects windows to. */
export interface Studio {
  readonly home: string;
  readonly version: string;
  /** Differs after each start. */
  readonly run: string;
  readonly library: Library;
  readonly engine: EngineSupervisor;
  readonly documents: DocumentDesk;
  readonly files: FileDesk;
  readonly waiting: WaitingFiles;
  readonly models: ModelManager;
  /** What a job would take. */
  readonly estimate: (query: EstimateQuery) => Promise<Estimate>;
  /** @throws AppError why there can be no jobs, where nothing can be written */
  readonly jobs: () => JobRunner;
  /** Ends the engine, closes the library; jobs that wait or run are gone on with at the next start. */
  close(): Promise<void>;
}

/** Opens the library, gets the engine ready to be started, and goes on with the jobs that an earlier run has left. */
export async function openStudio(options: StudioOptions): Promise<Studio> {
  const { home, version, env = process.env, fs } = options;
  const library = await openLibrary(home, { purpose: 'Ovis Studio', ...(fs && { fs }) });
  const engine = new EngineSupervisor(options.spawnEngine, options.engineLimits);
  const models = new ModelManager({
    modelsFolder: join(home, 'models'),
    bundledModelsFolder: options.bundledModelsFolder,
    downloadsFolder: join(home, 'downloads'),
    conversionScript: options.conversionScript,
    ...(options.memoryBytes !== undefined && { memoryBytes: options.memoryBytes }),
    hub: () => hubFromEnvironment(env),
  });
  const estimator = await Estimator.open(join(home, 'estimates.json'));
  const waiting = await WaitingFiles.open();
  const documents = new DocumentDesk(library);
  const wantedDevice = () => (library.settings.current.device === 'auto' ? null : library.settings.current.device);
  const nextDevice = () => wantedDevice() ?? preferredDevice(engine);
  const estimate = async (query: EstimateQuery): Promise<Estimate> => {
    const model = (await models.list()).find(({ id }) => id === query.model);
    const availableBytes = options.memoryBytes ?? availableMemory(estimator.heldBytes);
    return estimator.estimate(query, { device: nextDevice(), modelBytes: model?.sizeBytes ?? 0, availableBytes });
  };
  const jobs =
    library.jobs &&
    new JobRunner({
      library,
      jobs: library.jobs,
      engine,
      modelFolder: (id) => models.runnableFolderOf(id),
      cacheFolder: join(home, 'cache'),
      admit: (request) => refuseTooLarge(request, { blobs: library.blobs, estimate }),
      device: wantedDevice,
      onFinished: (request, { pictures, report, text }) => void learn(estimator, { request, pictures, report, text }),
      appVersion: version,
    });
  jobs?.resume();
  const upkeep =
    jobs &&
    new Upkeep({
      library,
      home,
      captioner: new Captioner({ library, jobs, model: () => freeModel(engine, models, library) }),
      onActivity: [
        (listener) => documents.subscribe(listener),
        (listener) => library.gallery.subscribe(listener),
        (listener) => library.jobs?.subscribe(listener) ?? (() => undefined),
      ],
      isWorking: () => jobs.isWorking,
      onTrashEmptied: () => documents.listChanged(),
      isBusy: () => isMachineBusy() || (options.isOnBattery?.() ?? false),
    });
  return {
    home,
    version,
    run: randomUUID(),
    library,
    engine,
    documents,
    files: new FileDesk(library, documents, waiting),
    waiting,
    models,
    estimate,
    jobs: () => jobs ?? refuseJobs(library),
    close: async () => {
      await upkeep?.close();
      await Promise.all([jobs?.close(), models.close()]);
      await engine.stop();
      await documents.close();
      await waiting.close();
      await library.close();
    },
  };
}

function refuseJobs({ readOnlyBecause }: Library): never {
  throw readOnlyBecause ?? new AppError('library-read-only', 'The library cannot be written to.');
}

/** The model that is asked about pictures without being asked to: only where its engine runs already. */
async function freeModel(
  { state }: EngineSupervisor,
  models: ModelManager,
  { settings }: Library,
): Promise<{ id: string; precision: Precision } | null> {
  if (state.kind !== 'ready') return null;
  const found = await models.list();
  const { id, precision } = found.find((model) => model.id === (settings.current.model ?? preferredModel(found))) ?? {};
  return id && precision ? { id, precision } : null;
}

function preferredDevice({ state }: EngineSupervisor): Device | null {
  return state.kind === 'ready' || state.kind === 'busy' ? state.report.preferred : null;
}

async function learn(
  estimator: Estimator,
  job: { request: JobRequest; pictures: readonly Raster[]; report: JobReport; text: string },
): Promise<void> {
  const { request, pictures, report, text } = job;
  const { kind, model } = request;
  const [picture] = pictures;
  if (kind === 'describe') {
    // What it looked at is scaled to about the same size, whatever it was; a token is about four letters.
    await estimator.learn({ kind, model, width: 448, height: 448, steps: Math.max(1, text.length / 4) }, report);
  } else if (picture) {
    const { width, height } = picture;
    await estimator.learn({ kind, model, width, height, steps: request.steps }, report);
  }
}
