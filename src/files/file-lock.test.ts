import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { forkTypeScript, killHard, nextMessage } from '#testing/fork-typescript';
import { temporaryFolder } from '#testing/temporary-folder';

import { tryFileLock, type FileLock, type LockAttempt } from './file-lock.ts';

const holder = fileURLToPath(new URL('../testing/lock-holder.ts', import.meta.url));

async function forkHolder(path: string, expiryMs = 15_000) {
  const child = await forkTypeScript(holder, [path, String(expiryMs)]);
  onTestFinished(() => killHard(child));
  return { child, acquired: await nextMessage(child) };
}

function taken(attempt: LockAttempt): FileLock {
  if (!attempt.acquired) throw new Error(`held by process ${attempt.owner.pid}`);
  return attempt.lock;
}

describe('a file lock', () => {
  it('is held by one at a time, says who, and is free again after release', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'made', 'on', 'demand', 'lock');
    const lock = taken(await tryFileLock(path, { purpose: 'the first' }));

    const second = await tryFileLock(path, { purpose: 'the second' });
    expect(second).toMatchObject({ acquired: false, owner: { pid: process.pid, purpose: 'the first' } });

    await lock.release();
    const third = taken(await tryFileLock(path, { purpose: 'the third' }));
    await third.release();
    expect(await readdir(join(folder, 'made', 'on', 'demand'))).toEqual([]);
  });

  it('is respected between processes, and taken over at once when its owner was killed', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const { child, acquired } = await forkHolder(path);
    expect(acquired).toBe(true);
    expect(await tryFileLock(path, { purpose: 'while it lives' })).toMatchObject({
      acquired: false,
      owner: { pid: child.pid, purpose: 'holding it in a test' },
    });

    await killHard(child);
    const lock = taken(await tryFileLock(path, { purpose: 'after the crash' }));
    await lock.release();
  });

  it('goes to exactly one of several processes that find it stale together', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const { child } = await forkHolder(path);
    await killHard(child);

    const rivals = await Promise.all([forkHolder(path), forkHolder(path), forkHolder(path), forkHolder(path)]);
    expect(rivals.filter(({ acquired }) => acquired === true)).toHaveLength(1);
  });

  it('goes to exactly one of many that find it stale in one process', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'lock');
    taken(await tryFileLock(path, { purpose: 'forgotten' }));
    for (let round = 0; round < 20; round += 1) {
      await age(path, 60_000);
      const attempts = await Promise.all(
        Array.from({ length: 8 }, (_, rival) => tryFileLock(path, { purpose: `rival ${rival}` })),
      );
      expect(attempts.filter(({ acquired }) => acquired)).toHaveLength(1);
    }
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('expires when another machine stops renewing it, whichever way the clock was moved', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const foreign = { token: crypto.randomUUID(), pid: 1, machine: 'elsewhere', purpose: 'p', since: '' };
    for (const ageMs of [60_000, -60_000]) {
      await writeFile(path, JSON.stringify(foreign));
      expect(await tryFileLock(path, { purpose: 'too early' })).toMatchObject({ acquired: false, owner: foreign });
      await age(path, ageMs);
      await taken(await tryFileLock(path, { purpose: 'late enough' })).release();
    }
  });

  it('is renewed for as long as its owner lives', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const lock = taken(await tryFileLock(path, { purpose: 'staying', expiryMs: 1200 }));
    await sleep(2000);
    expect(await tryFileLock(path, { purpose: 'impatient', expiryMs: 1200 })).toMatchObject({ acquired: false });
    await lock.release();
  });

  it('tells an owner that overslept that it lost the lock, and its release leaves the new owner alone', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const sleeper = taken(await tryFileLock(path, { purpose: 'sleeping', expiryMs: 300 }));
    await age(path, 60_000);
    const taker = taken(await tryFileLock(path, { purpose: 'taking over' }));

    await expect.poll(() => sleeper.lost.aborted).toBe(true);
    await sleeper.release();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ purpose: 'taking over' });
    await taker.release();
  });

  it('waits out a damaged lock file rather than trusting or ignoring it', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, '{"pid": 1, "tok');
    expect(await tryFileLock(path, { purpose: 'p' })).toMatchObject({ acquired: false, owner: { purpose: 'unknown' } });
    await age(path, 60_000);
    await taken(await tryFileLock(path, { purpose: 'p' })).release();
  });

  it('is not blocked for ever by a process that died while taking over', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'lock');
    const lock = taken(await tryFileLock(path, { purpose: 'stale' }));
    const claim = `${path}.takeover-${lock.owner.token}`;
    await writeFile(claim, '');
    await age(path, 60_000);
    await age(claim, 60_000);
    await taken(await tryFileLock(path, { purpose: 'next' })).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('says plainly that the place is no folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'lock'));
    await expect(tryFileLock(join(folder, 'lock'), { purpose: 'p' })).rejects.toMatchObject({ code: 'file-is-folder' });
  });
});

async function age(path: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  await utimes(path, then, then);
}
