import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFile,
  link,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

import { z } from 'zod';

import { delay } from '#base/abort';

import { temporaryPathBeside } from './durable-write.ts';
import { fileError, systemCode } from './file-error.ts';

/** What a lock file says about who holds it. */
const zLockOwner = z.object({
  /** Unique to one acquisition: a lock is ours only while the file holds our token. */
  token: z.uuid(),
  pid: z.int().positive(),
  /** Where `pid` means something: host name and, on Linux, the process namespace (containers may share a host name). */
  machine: z.string(),
  /** What the owner is doing with it, for people: "Downloading AIDC-AI/Ovis-U1-3B". */
  purpose: z.string(),
  /** ISO time of acquisition. */
  since: z.string(),
});
export type LockOwner = Readonly<z.infer<typeof zLockOwner>>;

export interface FileLock {
  readonly owner: LockOwner;
  /** Aborts when another process took the lock over (after this one slept longer than the expiry): stop writing. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** A lock that someone else holds is an expected answer, not an error. */
export type LockAttempt =
  | { readonly acquired: true; readonly lock: FileLock }
  | { readonly acquired: false; readonly owner: LockOwner };

interface LockOptions {
  readonly purpose: string;
  /** A lock not renewed for this long is stale. Renewed three times as often. */
  readonly expiryMs?: number;
}

/**
 * Takes a lock between processes: a file that exists while it is held, whose modification time its owner renews. It is
 * stale, and is taken over, when its process is gone (same machine) or it was not renewed in time (any machine, also
 * when a clock was moved). Taking over is itself exclusive, so of many that find a stale lock one gets it. The folder is
 * made if missing.
 *
 * @throws AppError `permission-denied`, `folder-read-only`, `disk-full`
 */
export async function tryFileLock(path: string, { purpose, expiryMs = 15_000 }: LockOptions): Promise<LockAttempt> {
  const owner: LockOwner = {
    token: randomUUID(),
    pid: process.pid,
    machine: await machineName(),
    purpose,
    since: new Date().toISOString(),
  };
  const offer = temporaryPathBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(offer, JSON.stringify(owner), { flag: 'wx' });
    for (;;) {
      if (await placeNew(offer, path)) break;
      const found = await readLock(path);
      if (found === undefined) continue;
      if (!isStale(found, owner.machine, expiryMs)) return { acquired: false, owner: found.owner };
      if (await takeOver(path, { stale: found, offer, owner, expiryMs })) break;
      await delay(5);
    }
  } catch (error) {
    throw fileError(error, path, 'lock a file');
  } finally {
    await rm(offer, { force: true });
  }
  return { acquired: true, lock: hold(path, owner, expiryMs) };
}

/** Keeps a lock fresh until it is released or found to be lost. */
function hold(path: string, owner: LockOwner, expiryMs: number): FileLock {
  const lost = new AbortController();
  const isOurs = async () => (await readLock(path))?.owner.token === owner.token;
  const renew = async () => {
    try {
      if (await isOurs()) await touch(path);
      else stop();
    } catch {
      // A disk that is away for a moment: the next renewal tries again, and whoever else looks sees the age.
    }
  };
  const timer = setInterval(() => {
    renewal = renew();
  }, expiryMs / 3);
  timer.unref();
  const stop = () => {
    clearInterval(timer);
    lost.abort();
  };
  let renewal = Promise.resolve();
  return {
    owner,
    lost: lost.signal,
    release: async () => {
      clearInterval(timer);
      await renewal;
      if (!lost.signal.aborted && (await isOurs())) await rm(path, { force: true });
    },
  };
}

interface FoundLock {
  readonly owner: LockOwner;
  readonly renewedMs: number;
}

/** The lock as it is on disk; undefined if there is none. */
async function readLock(path: string): Promise<FoundLock | undefined> {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    return { owner: parseOwner(text), renewedMs: mtimeMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Stands for a lock file that cannot be read as one (damaged, or half written): respected until it expires. */
const unknownOwner: LockOwner = { token: '', pid: 0, machine: '', purpose: 'unknown', since: '' };

function parseOwner(text: string): LockOwner {
  try {
    return zLockOwner.parse(JSON.parse(text));
  } catch {
    return unknownOwner;
  }
}

function isStale({ owner, renewedMs }: FoundLock, machine: string, expiryMs: number): boolean {
  // A time in the future means that the clock went back after the last renewal; a living owner would have renewed since.
  if (Math.abs(Date.now() - renewedMs) > expiryMs) return true;
  return owner.machine === machine && !isAlive(owner.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/**
 * Replaces one particular stale lock. The right to do so is a claim file named after the stale token, so whoever judged
 * an *older* lock stale cannot replace the new one; with the claim in hand the lock is looked at once more.
 */
async function takeOver(
  path: string,
  { stale, offer, owner, expiryMs }: { stale: FoundLock; offer: string; owner: LockOwner; expiryMs: number },
): Promise<boolean> {
  const claim = `${path}.takeover-${stale.owner.token}`;
  if (!(await placeNew(offer, claim))) {
    // A claim is held for a moment. One whose holder died right then must not block everybody for ever.
    const left = await readLock(claim);
    if (left && isStale(left, owner.machine, expiryMs)) await rm(claim, { force: true });
    return false;
  }
  try {
    const now = await readLock(path);
    if (now?.owner.token !== stale.owner.token || !isStale(now, owner.machine, expiryMs)) return false;
    await rename(offer, path);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

/** Makes `path` with the content of `offer` in one step; false if it exists. */
async function placeNew(offer: string, path: string): Promise<boolean> {
  await touch(offer);
  try {
    await link(offer, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(error) ?? '')) throw error;
  }
  // No hard links here (FAT, some network disks): exclusive creation, with a moment in which the content is missing.
  try {
    await copyFile(offer, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

async function machineName(): Promise<string> {
  const namespace = process.platform === 'linux' ? await readlink('/proc/self/ns/pid').catch(() => '') : '';
  return [hostname(), namespace].filter(Boolean).join(' ');
}
