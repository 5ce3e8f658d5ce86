import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';

import { downloadFile } from '../download/download-file.ts';
import type { RetryPolicy } from '../download/retry-policy.ts';
import { tryFileLock } from '#files/file-lock';
import { requireFreeBytes } from '#files/free-space';
import { safeFileName } from '#files/safe-name';
import { chooseModelFiles } from './choose-files.ts';
import { type Hub, type HubFile, listRevision } from './hub.ts';
import { type PullProgress, PullProgressMeter } from './pull-progress.ts';
import {
  checkFile,
  type FileState,
  type PulledFile,
  type PulledRecord,
  readPulledRecord,
  sizeOf,
  writePulledRecord,
} from './pulled-files.ts';

export interface PullOptions {
  readonly hub: Hub;
  /** Folder of all pulled models; this one gets a folder in it. */
  readonly folder: string;
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string | undefined;
  /** Compares every file that is there with its checksum, and fetches again what is wrong. */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** An answer that brings nothing for this long is given up. Default 30 s. */
  readonly stallMs?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
}

export interface PulledModel {
  /** A folder in Hugging Face's layout, ready to be imported. */
  readonly folder: string;
  readonly repo: string;
  readonly commit: string;
  /** Files that were fetched by this call; the others were there. */
  readonly fetched: readonly string[];
}

/**
 * Downloads a model's files from a hub, or what is missing of them. Every file appears under its name only when it is
 * whole and has its checksum; what was interrupted is gone on with. One process at a time pulls a model.
 *
 * @param repo `owner/name`
 * @throws AppError `download-busy`, `disk-space-short`, and as `listRevision`, `chooseModelFiles`, `downloadFile`
 */
export async function pullModel(repo: string, options: PullOptions): Promise<PulledModel> {
  const { hub, revision = 'main', signal, retry, onProgress } = options;
  throwIfCancelled(signal);
  const meter = new PullProgressMeter(onProgress ?? (() => undefined));
  meter.listing();
  const listed = await listRevision(hub, repo, revision, { signal, retry });
  const files = chooseModelFiles(repo, listed.files);
  const folder = pulledFolder(options.folder, repo);
  const attempt = await tryFileLock(`${folder}.lock`, { purpose: `downloading ${repo}` });
  if (!attempt.acquired) throw busy(repo, attempt.owner.pid);
  const { lock } = attempt;
  try {
    const whileOurs = signal ? AbortSignal.any([signal, lock.lost]) : lock.lost;
    const pull = { folder, endpoint: hub.endpoint, repo, commit: listed.commit, files, meter };
    return {
      folder,
      repo,
      commit: listed.commit,
      fetched: await fetchMissing(pull, { ...options, signal: whileOurs }),
    };
  } catch (error) {
    throwIfCancelled(signal);
    // Nobody cancelled, so the lock went to another process while this one was asleep.
    throw lock.lost.aborted ? busy(repo, 0) : error;
  } finally {
    await lock.release();
  }
}

/** Where a model goes: `owner--name` in the folder of all pulled models. */
export function pulledFolder(folder: string, repo: string): string {
  return join(folder, safeFileName(repo.replace('/', '--')));
}

/**
 * Compares every file of a pulled folder with its checksum. `pullModel` with `verify` fetches again what is not right.
 *
 * @throws AppError `download-not-found` when nothing was pulled there
 */
export async function verifyPulled(
  folder: string,
  { signal, onProgress }: Pick<PullOptions, 'signal' | 'onProgress'> = {},
): Promise<readonly { readonly path: string; readonly state: FileState }[]> {
  const record = await readPulledRecord(folder);
  if (record === undefined)
    throw new AppError('download-not-found', `${folder} holds no downloaded model.`, { data: { folder } });
  const meter = new PullProgressMeter(onProgress ?? (() => undefined));
  meter.begin(totalSize(record.files), 0);
  const states: { path: string; state: FileState }[] = [];
  for (const file of record.files) {
    const onBytes = (bytes: number) => meter.checked(file.path, bytes);
    states.push({ path: file.path, state: await checkFile(join(folder, file.path), file, { signal, onBytes }) });
  }
  return states;
}

interface Pull {
  readonly folder: string;
  readonly endpoint: string;
  readonly repo: string;
  readonly commit: string;
  readonly files: readonly HubFile[];
  readonly meter: PullProgressMeter;
}

/** @returns Paths of the files that were fetched. */
async function fetchMissing(pull: Pull, options: PullOptions): Promise<string[]> {
  const { folder, files, meter } = pull;
  const before = await readPulledRecord(folder);
  const right = await findRight(pull, before, options);
  const missing = files.filter((file) => !right.some(({ path }) => path === file.path)).toSorted(bySize);
  const missingBytes = totalSize(missing);
  await requireFreeBytes(folder, missingBytes - (await partBytes(folder, missing)), pull.repo);

  const record = (complete: boolean): PulledRecord => {
    const { repo, commit, endpoint } = pull;
    return { version: 1, repo, commit, endpoint, files: right, complete };
  };
  // An old record that says "complete" must not stand while files are replaced.
  if (missing.length > 0) await writePulledRecord(folder, record(false));
  meter.begin(totalSize(files), totalSize(right));
  for (const file of missing) {
    const { signal, stallMs, retry, hub } = options;
    const path = join(folder, file.path);
    await downloadFile(file, path, {
      signal,
      stallMs,
      retry,
      token: hub.token,
      onEvent: (event) => meter.downloading(file.path, event),
    });
    right.push(await describePulled(path, file));
    // After each file, so that a later call need not read again what is known to be right.
    await writePulledRecord(folder, record(false));
    meter.reportDownload(file.path);
  }
  await removeLeftOvers(pull, before);
  await writePulledRecord(folder, record(true));
  return missing.map(({ path }) => path);
}

/**
 * Which files are there already. One that was recorded with the same checksum is believed by its size; any other is
 * believed by its content only. What is wrong stays until its replacement is whole.
 */
async function findRight(pull: Pull, before: PulledRecord | undefined, { verify = false, signal }: PullOptions) {
  const { folder, files, meter } = pull;
  const right: PulledFile[] = [];
  meter.begin(totalSize(files), 0);
  for (const file of files) {
    const path = join(folder, file.path);
    const size = await sizeOf(path);
    if (size === undefined) continue;
    const known = before?.files.find((pulled) => pulled.path === file.path);
    const isKnown = known !== undefined && known.sizeBytes === size && isSameContent(known, file);
    const onBytes = (bytes: number) => meter.checked(file.path, bytes);
    if ((isKnown && !verify) || (await checkFile(path, file, { signal, onBytes })) === 'right')
      right.push(await describePulled(path, file));
  }
  return right;
}

function isSameContent(known: PulledFile, { checksum, sizeBytes }: HubFile): boolean {
  if (checksum !== undefined) return known.checksum?.hex === checksum.hex;
  return known.checksum === undefined && known.sizeBytes === sizeBytes;
}

async function describePulled(path: string, { path: name, checksum }: HubFile): Promise<PulledFile> {
  const sizeBytes = (await sizeOf(path)) ?? 0;
  return { path: name, sizeBytes, ...(checksum ? { checksum } : {}) };
}

/** Files of an earlier revision that this one does not have would be taken for a part of the model. */
async function removeLeftOvers({ folder, files }: Pull, before: PulledRecord | undefined): Promise<void> {
  for (const { path } of before?.files ?? []) {
    if (!files.some((file) => file.path === path)) await rm(join(folder, path), { force: true });
  }
}

async function partBytes(folder: string, files: readonly HubFile[]): Promise<number> {
  let bytes = 0;
  for (const { path } of files) bytes += (await sizeOf(join(folder, `${path}.part`))) ?? 0;
  return bytes;
}

/** Small files first: what is wrong with a model shows before gigabytes have arrived. */
function bySize(a: HubFile, b: HubFile): number {
  return (a.sizeBytes ?? 0) - (b.sizeBytes ?? 0);
}

function totalSize(files: readonly { readonly sizeBytes?: number | undefined }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
}

function busy(repo: string, pid: number): AppError {
  const by = pid > 0 ? `process ${pid}` : 'another process';
  return new AppError('download-busy', `${repo} is being downloaded by ${by}. Wait for it, or stop it first.`, {
    data: { repo, pid },
  });
}
