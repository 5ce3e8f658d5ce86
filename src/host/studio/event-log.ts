import { randomUUID } from 'node:crypto';

import { defined } from '#base/assert';
import type { Cursor } from '#shared/contract/studio/watching';
import { Bell, leavable } from './streams.ts';

type Watched<E> = E & { cursor: Cursor };

interface WatchOptions<E> {
  /** The last event that was seen; null for none. */
  readonly after: Cursor | null;
  /** All there is to know now. What it takes down at once, before its first `await`, is what later events go on from. */
  readonly snapshot: () => E | Promise<E>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The last events of something, so that a reader whose connection broke can go on where it was. One who was away for too
 * long, or comes from another log, starts with a snapshot.
 */
export class EventLog<E extends object> {
  /** Tells the cursors of one log from those of another. */
  readonly #name = randomUUID().slice(0, 8);
  readonly #capacity: number;
  readonly #bells = new Set<Bell>();
  /** Numbers `#count - #events.length + 1` to `#count`. */
  #events: E[] = [];
  #count = 0;

  constructor({ capacity = 500 }: { capacity?: number } = {}) {
    this.#capacity = capacity;
  }

  append(event: E): void {
    this.#events.push(event);
    this.#count += 1;
    if (this.#events.length > this.#capacity) this.#events.shift();
    for (const bell of this.#bells) bell.ring();
  }

  /** Makes every reader start anew with a snapshot: what is known does not follow from events. */
  startAnew(): void {
    this.#events = [];
    this.#count += 1;
    for (const bell of this.#bells) bell.ring();
  }

  watch({ after, snapshot, signal }: WatchOptions<E>): AsyncGenerator<Watched<E>, void, void> {
    return leavable((left) => this.#read(after, snapshot, left), { signal });
  }

  async *#read(after: Cursor | null, snapshot: () => E | Promise<E>, signal: AbortSignal) {
    const bell = new Bell(signal);
    this.#bells.add(bell);
    try {
      let seen = after === null ? -1 : this.#numberOf(after);
      do {
        if (!this.#goesOnFrom(seen)) {
          seen = this.#count;
          yield this.#at(seen, await snapshot());
        }
        while (seen < this.#count && this.#goesOnFrom(seen)) {
          seen += 1;
          yield this.#at(seen, defined(this.#events[this.#events.length - 1 - (this.#count - seen)]));
        }
      } while (!this.#goesOnFrom(seen) || (await bell.rung()));
    } finally {
      this.#bells.delete(bell);
    }
  }

  #goesOnFrom(seen: number): boolean {
    return seen <= this.#count && seen >= this.#count - this.#events.length;
  }

  #at(number: number, event: E): Watched<E> {
    return { ...event, cursor: `${this.#name}-${number}` as Cursor };
  }

  /** -1 for a cursor of another log. */
  #numberOf(cursor: Cursor): number {
    const [name, number] = cursor.split('-');
    return name === this.#name && /^\d+$/.test(number ?? '') ? Number(number) : -1;
  }
}
