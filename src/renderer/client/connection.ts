import { createORPCClient, type ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';

import { AppError, toAppError } from '#base/app-error';
import { createDeferred } from '#base/deferred';
import type { StudioClient } from '#shared/contract/studio/contract';
import { fromRpcError } from '#shared/contract/wire-error';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** `shut-out`: the host is there and does not know this browser (any more). */
export type LinkState = 'opening' | 'open' | 'broken' | 'shut-out';

export interface Connection {
  /** Calls wait while the host is away; what they throw is an `AppError`. */
  readonly client: StudioClient;
  readonly state: StoreApi<LinkState>;
  readonly isOnline: StoreApi<boolean>;
  /** Does not wait until it is time to try again. */
  tryNow(): void;
  /** Lets this browser in by the link that the host shows. @throws AppError `link-invalid` */
  enter(link: string): Promise<void>;
}

/** A way to the host, which may be closed by now. */
export interface Link {
  readonly client: ClientLink<object>;
  readonly isOpen: () => boolean;
}

/** The way to the host of this page: one WebSocket, opened again whenever it breaks. */
export function connect(url: URL): Connection {
  const state = createStore<LinkState>(() => 'opening');
  const isOnline = createStore(() => false);
  let link = createDeferred<Link>();
  let tryNow = (): void => undefined;

  function open(failures: number): void {
    const socket = new WebSocket(url);
    let isOpen = false;
    socket.addEventListener('open', () => {
      isOpen = true;
      state.setState('open', true);
      isOnline.setState(true, true);
      link.resolve({ client: new RPCLink({ websocket: socket }), isOpen: () => isOpen });
    });
    socket.addEventListener('close', () => {
      // Whoever waits for a connection that never came waits for the next one.
      if (isOpen) link = createDeferred();
      const failed = isOpen ? 0 : failures + 1;
      isOpen = false;
      isOnline.setState(false, true);
      void whyClosed().then((why) => state.setState(why, true));
      const timer = setTimeout(() => tryNow(), reconnectDelayMs(failed));
      tryNow = () => {
        clearTimeout(timer);
        tryNow = () => undefined;
        open(failed);
      };
    });
  }
  open(0);

  return {
    client: clientOf(() => link.promise),
    state,
    isOnline,
    tryNow: () => tryNow(),
    enter: async (pasted) => {
      await redeem(pasted);
      tryNow();
    },
  };

  /** A refused WebSocket does not say why; a page does. */
  async function whyClosed(): Promise<LinkState> {
    const answer = await fetch(document.baseURI, { method: 'HEAD', cache: 'no-store' }).catch(() => null);
    return isOnline.getState() ? 'open' : answer?.status === 401 ? 'shut-out' : 'broken';
  }

  async function redeem(pasted: string): Promise<void> {
    const token = /[\w-]{43}/.exec(pasted.slice(pasted.lastIndexOf('=') + 1).trim())?.[0] ?? '';
    const entrance = new URL(document.baseURI);
    entrance.search = `token=${token}`;
    // Let in, one is sent on to the page, which is here already.
    const answer = await fetch(entrance, { redirect: 'manual', cache: 'no-store' }).catch(() => null);
    if (answer?.type !== 'opaqueredirect')
      throw new AppError('link-invalid', 'This link lets nobody in (any more): take a new one where the studio runs.');
  }
}

/** A client over whatever link there is when it is called; what it throws is an `AppError`. */
export function clientOf(link: () => Promise<Link>): StudioClient {
  const current: ClientLink<object> = {
    call: async (path, input, options) => {
      const { client, isOpen } = await link();
      try {
        return await client.call(path, input, options);
      } catch (thrown) {
        const error = fromRpcError(thrown);
        const isAnswer = error.code !== 'internal' && error.code !== 'cancelled';
        throw isAnswer || isOpen() || options.signal?.aborted ? error : unreachable(thrown);
      }
    },
  };
  return createORPCClient(current);
}

/** The host went away in the middle of something. */
export function unreachable(cause: unknown): AppError {
  return new AppError('network-unreachable', 'The studio does not answer: see whether it is still running.', { cause });
}

const reconnectDelayMs = (failures: number): number => Math.min(5000, 250 * 2 ** failures);

/**
 * Takes in a stream of the host's for as long as `signal` lets it, over lost connections.
 *
 * @param subscribe Opens the stream anew; where it can be resumed, behind the last event taken in.
 * @throws AppError when the host refuses the stream itself
 */
export async function follow<Event>(
  subscribe: (signal: AbortSignal) => Promise<AsyncIterable<Event>>,
  onEvent: (event: Event) => void,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of await subscribe(signal)) onEvent(event);
    } catch (thrown) {
      const { code } = toAppError(fromRpcError(thrown));
      if (signal.aborted) return;
      // A connection that broke is no answer of the host's.
      if (code !== 'internal' && code !== 'cancelled' && code !== 'network-unreachable') throw fromRpcError(thrown);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
