import { describe, expect, it } from 'vitest';

import type { Cursor } from '#shared/contract/studio/watching';
import { EventLog } from './event-log.ts';
import { latest, queued } from './streams.ts';

type Said = { readonly said: string };

async function take<T>(stream: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await stream.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

describe('a log of events', () => {
  const open = (capacity?: number) => {
    const log = new EventLog<Said>(capacity === undefined ? {} : { capacity });
    const said: string[] = [];
    const say = (...words: string[]) => {
      for (const word of words) {
        said.push(word);
        log.append({ said: word });
      }
    };
    const watch = (after: Cursor | null, signal?: AbortSignal) =>
      log.watch({ after, signal, snapshot: () => ({ said: `all: ${said.join(' ')}` }) });
    return { log, say, watch };
  };
  const words = (events: readonly Said[]) => events.map(({ said }) => said);

  it('starts with a snapshot and goes on with what comes, for each reader', async () => {
    const { say, watch } = open();
    say('a', 'b');
    const [one, two] = [watch(null), watch(null)];
    expect(words(await take(one, 1))).toEqual(['all: a b']);
    say('c');
    expect(words(await take(one, 1))).toEqual(['c']);
    say('d');
    expect(words(await take(one, 1))).toEqual(['d']);
    expect(words(await take(two, 1))).toEqual(['all: a b c d']);
  });

  it('goes on behind the last event that was seen', async () => {
    const { say, watch } = open();
    const first = watch(null);
    say('a');
    const [seen] = await take(first, 1);
    await first.return();
    say('b', 'c');
    expect(words(await take(watch(seen!.cursor), 2))).toEqual(['b', 'c']);
  });

  it('starts anew for one who was away too long, reads too slowly, or comes from another log', async () => {
    const { say, watch, log } = open(2);
    const slow = watch(null);
    const [seen] = await take(slow, 1);
    say('a', 'b', 'c');
    expect(words(await take(watch(seen!.cursor), 1))).toEqual(['all: a b c']);
    expect(words(await take(slow, 1))).toEqual(['all: a b c']);
    say('d');
    log.startAnew();
    expect(words(await take(slow, 1))).toEqual(['all: a b c d']);
    const other = open();
    const [stranger] = await take(other.watch(null), 1);
    expect(words(await take(watch(stranger!.cursor), 1))).toEqual(['all: a b c d']);
    expect(words(await take(watch('x' as Cursor), 1))).toEqual(['all: a b c d']);
  });

  it('loses nothing that happens while the snapshot is made', async () => {
    const { say, log } = open();
    const stream = log.watch({
      after: null,
      snapshot: async () => {
        await Promise.resolve();
        say('meanwhile');
        return { said: 'snapshot' };
      },
    });
    expect(words(await take(stream, 2))).toEqual(['snapshot', 'meanwhile']);
  });

  it('ends when the reader leaves, even while it waits, and when the signal aborts', async () => {
    const { watch } = open();
    const left = watch(null);
    await take(left, 1);
    const waiting = left.next();
    await left.return();
    expect(await waiting).toEqual({ value: undefined, done: true });

    const controller = new AbortController();
    const aborted = watch(null, controller.signal);
    await take(aborted, 1);
    const next = aborted.next();
    controller.abort();
    expect((await next).done).toBe(true);
  });
});

it('the latest value is told, not all in between; every queued one is', async () => {
  let value = 1;
  const listeners = new Set<(value: number) => void>();
  const subscribe = (listener: (value: number) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const set = (next: number) => {
    value = next;
    for (const listener of listeners) listener(next);
  };
  const values = latest(() => value, subscribe);
  const all = queued<number>(subscribe);
  const firstOfAll = all.next();
  expect(await take(values, 1)).toEqual([1]);
  set(2);
  set(3);
  expect(await take(values, 1)).toEqual([3]);
  expect([(await firstOfAll).value, ...(await take(all, 1))]).toEqual([2, 3]);
  const waiting = [values.next(), all.next()];
  await Promise.all([values.return(), all.return()]);
  expect((await Promise.all(waiting)).every(({ done }) => done)).toBe(true);
  expect(listeners.size).toBe(0);
});
