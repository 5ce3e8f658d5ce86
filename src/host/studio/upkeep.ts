import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { isCancelled } from '#base/abort';
import { toAppError } from '#base/app-error';
import { DisposableStore } from '#base/disposable';
import { writeFileDurably } from '#files/durable-write';
import type { Library } from '../library/library.ts';
import type { Captioner } from './captioner.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface UpkeepLimits {
  /** How often it is looked whether there is something to do. */
  readonly everyMs: number;
  /** How long nothing must have happened. */
  readonly quietMs: number;
  readonly sweepEveryMs: number;
}

interface UpkeepOptions {
  readonly library: Library;
  readonly home: string;
  readonly captioner: Pick<Captioner, 'describeNext'>;
  /** Told whenever a person has done something. */
  readonly onActivity: readonly ((listener: () => void) => () => void)[];
  /** Whether a job waits or runs. */
  readonly isWorking: () => boolean;
  readonly onTrashEmptied: () => void;
  /** Whether the machine has better things to do. */
  readonly isBusy: () => boolean;
  readonly now?: () => number;
  readonly limits?: Partial<UpkeepLimits>;
}

const zState = z.object({ version: z.literal(1), sweptAtMs: z.number() });

/**
 * What keeps the library in order while nobody works: the trash is emptied, what nothing uses is cleared away, and pictures
 * are described. Whatever a person does ends it at once; the next quiet time goes on with it.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #limits: UpkeepLimits;
  readonly #owned = new DisposableStore();
  readonly #now: () => number;
  #lastActivityMs: number;
  #interruption = new AbortController();
  #round: Promise<void> = Promise.resolve();

  constructor(options: UpkeepOptions) {
    const { now = Date.now, limits, onActivity } = options;
    this.#options = options;
    this.#now = now;
    this.#limits = { everyMs: 10 * minuteMs, quietMs: 5 * minuteMs, sweepEveryMs: dayMs, ...limits };
    this.#lastActivityMs = now();
    for (const subscribe of onActivity) this.#owned.add(subscribe(() => this.#interrupt()));
    const timer = setInterval(() => void this.look(), this.#limits.everyMs);
    timer.unref();
    this.#owned.add(() => clearInterval(timer));
  }

  /** Does what there is to do, if it is quiet. One round at a time. @returns when the round is over */
  look(): Promise<void> {
    this.#round = this.#round.then(() => this.#work());
    return this.#round;
  }

  async close(): Promise<void> {
    this.#owned.dispose();
    this.#interrupt();
    await this.#round;
  }

  #interrupt(): void {
    this.#lastActivityMs = this.#now();
    this.#interruption.abort();
  }

  /** What fails, or is interrupted, is tried again in the next round. */
  async #work(): Promise<void> {
    const { isWorking, isBusy, library } = this.#options;
    const isQuiet = this.#now() - this.#lastActivityMs >= this.#limits.quietMs;
    if (!isQuiet || isWorking() || isBusy() || library.readOnlyBecause) return;
    this.#interruption = new AbortController();
    const { signal } = this.#interruption;
    for (const work of [() => this.#emptyTrash(), () => this.#sweep(signal), () => this.#describe(signal)]) {
      if (signal.aborted) return;
      try {
        await work();
      } catch (error) {
        if (!isCancelled(error)) process.stderr.write(`Upkeep: ${toAppError(error).message}\n`);
      }
    }
  }

  /** Deletes for good what has been in the trash for longer than a person wants. */
  async #emptyTrash(): Promise<void> {
    const { library, onTrashEmptied } = this.#options;
    const { documents, gallery, settings } = library;
    const beforeMs = this.#now() - settings.current.trashDays * dayMs;
    const old = await documents.trashedBefore(beforeMs);
    for (const id of old) await documents.purge(id);
    if (old.length > 0) onTrashEmptied();
    const { items } = await gallery.page({ trashed: true }, { limit: 1000 });
    const gone = items.filter(({ trashedAt }) => trashedAt !== null && trashedAt < beforeMs);
    if (gone.length > 0) await gallery.remove(gone.map(({ id }) => id));
  }

  /** Clears away what nothing refers to, as often as the limits say, over restarts. */
  async #sweep(signal: AbortSignal): Promise<void> {
    const { library, home } = this.#options;
    if (!library.settings.current.clearUnused) return;
    const path = join(home, 'upkeep.json');
    const text = await readFile(path, 'utf8').catch(() => '');
    const sweptAtMs = parseState(text)?.sweptAtMs ?? 0;
    const now = this.#now();
    // A clock that was set back must not put it off for ever.
    if (sweptAtMs <= now && now - sweptAtMs < this.#limits.sweepEveryMs) return;
    await library.sweep({ signal, now: this.#now });
    await library.gallery.compact();
    await writeFileDurably(path, JSON.stringify({ version: 1, sweptAtMs: now }));
  }

  async #describe(signal: AbortSignal): Promise<void> {
    const { library, captioner, isWorking } = this.#options;
    if (!library.settings.current.captionWhenIdle) return;
    while (!signal.aborted && !isWorking() && (await captioner.describeNext({ signal }))) continue;
  }
}

/** Whether it works for others. Windows does not tell. */
export function isMachineBusy(): boolean {
  const [lastMinute = 0] = loadavg();
  return lastMinute > availableParallelism() * 0.7;
}

function parseState(text: string): z.infer<typeof zState> | undefined {
  try {
    return zState.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
