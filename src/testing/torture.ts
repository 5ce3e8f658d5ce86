/** @file Breaks libraries in the middle of work, and looks whether anything that was acknowledged is gone. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openLibrary, type Library } from '#host/library/library';

import { forkTypeScript, killHard, nextMessage } from './fork-typescript.ts';
import { LibraryOracle } from './library-oracle.ts';
import { LibrarySession, seededRandom, type Report } from './library-session.ts';
import { UnreliableDisk } from './unreliable-disk.ts';

export interface TortureReport {
  /** Acknowledged operations. */
  readonly operations: number;
  readonly kills: number;
  /** What was acknowledged and is gone, in words, each with the seed that shows it. */
  readonly losses: readonly string[];
}

interface TortureOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** From the repository's root, where bundles are made: this file may itself be in one. */
const victim = './src/testing/library-victim.ts';

/**
 * Kills a process that works on a library with `SIGKILL` at a random moment, looks at the library, and lets the next
 * process go on with the same one; each round once.
 */
export async function tortureByKilling({ rounds, seed, signal }: TortureOptions): Promise<TortureReport> {
  const random = seededRandom(seed);
  const home = await mkdtemp(join(tmpdir(), 'ovis-torture-'));
  const oracle = new LibraryOracle();
  const losses: string[] = [];
  let kills = 0;
  try {
    for (; kills < rounds && losses.length === 0; kills += 1) {
      if (signal?.aborted) break;
      const child = await forkTypeScript(victim, [home, `k${kills}`, String(seed + kills)]);
      const ready = await nextMessage(child);
      if (ready !== 'ready') throw new Error(`The victim said ${JSON.stringify(ready)}`);
      await hearReports(child, oracle, Math.floor(random() * 60));
      await sleep(random() * 25);
      await killHard(child);
      // What it had said before it died may arrive after its end.
      if (child.connected) await once(child, 'disconnect');
      losses.push(...(await lossesIn(home, oracle)).map((loss) => `seed ${seed}, kill ${kills}: ${loss}`));
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return { operations: oracle.operations, kills, losses };
}

/**
 * Cuts the power of a simulated disk after a random number of changes to it, opens what is left, and goes on with that: a
 * few times, then with a new library. Also the opening after a cut is cut.
 */
export async function tortureByPowerCuts({
  rounds,
  seed,
  signal,
  isLying = false,
}: TortureOptions & {
  /** Whether the disk says that it has synced and has not. */
  readonly isLying?: boolean;
}): Promise<TortureReport> {
  const losses: string[] = [];
  let operations = 0;
  let kills = 0;
  while (kills < rounds && losses.length === 0) {
    const generationSeed = seed + kills;
    const random = seededRandom(generationSeed);
    const oracle = new LibraryOracle();
    let home = await mkdtemp(join(tmpdir(), 'ovis-torture-'));
    for (let cut = 0; cut < cutsPerLibrary && kills < rounds && losses.length === 0; cut += 1) {
      if (signal?.aborted) return { operations: operations + oracle.operations, kills, losses };
      const disk = await UnreliableDisk.over(home, random, { isLying });
      await workUntilCut(disk, home, `p${kills}`, { random, oracle, isNew: cut === 0 });
      kills += 1;
      const remains = await disk.remains();
      await rm(home, { recursive: true, force: true });
      home = remains;
      const found = await lossesIn(home, oracle).catch((error: unknown) => [`it does not open: ${String(error)}`]);
      losses.push(...found.map((loss) => `seed ${generationSeed}, cut ${cut}: ${loss}`));
    }
    operations += oracle.operations;
    await rm(home, { recursive: true, force: true });
  }
  return { operations, kills, losses };
}

const cutsPerLibrary = 4;

/** Passes on what a child says, from now on; resolves after so many reports. */
function hearReports(child: ChildProcess, oracle: LibraryOracle, count: number): Promise<void> {
  return new Promise((done, fail) => {
    let left = count;
    child.on('message', (report) => {
      oracle.hear(report as Report);
      left -= 1;
      if (left <= 0) done();
    });
    child.once('exit', (code) => fail(new Error(`The victim ended by itself (${code})`)));
  });
}

async function workUntilCut(
  disk: UnreliableDisk,
  home: string,
  prefix: string,
  { random, oracle, isNew }: { random: () => number; oracle: LibraryOracle; isNew: boolean },
): Promise<void> {
  // Making the folders of a new library takes hundreds of changes, and nothing can be lost yet.
  if (!isNew) disk.cutAfter(1 + Math.floor(random() * 300));
  let library: Library | undefined;
  try {
    library = await openLibrary(home, { purpose: 'work before a power cut', fs: disk.fs });
    if (isNew) disk.cutAfter(1 + Math.floor(random() * 300));
    const hear = (report: Report) => {
      oracle.hear(report);
      return Promise.resolve();
    };
    const session = new LibrarySession(library, prefix, random, hear);
    for (;;) await session.step();
  } catch (error) {
    if (!disk.isCut) throw error;
  } finally {
    await library?.close().catch(() => undefined);
  }
}

async function lossesIn(home: string, oracle: LibraryOracle): Promise<string[]> {
  const library = await openLibrary(home, { purpose: 'a look after a crash' });
  try {
    return await oracle.losses(library);
  } finally {
    await library.close();
  }
}
