import { createORPCClient, type ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';

import { toAppError } from '#base/app-error';
import type { StudioClient } from '#shared/contract/studio/contract';
import { fromRpcError } from '#shared/contract/wire-error';
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Connection {
  /** Calls wait while the host is away; what they throw is an `AppError`. */
  readonly client: StudioClient;
  readonly isOnline: StoreApi<boolean>;
}

type Link = ClientLink<object>;

/** The way to the host of this page: one WebSocket, opened again whenever it breaks. */
export function connect(url: URL): Connection {
  const isOnline = createStore(() => false);
  let link: Promise<Link>;
  let failures = 0;

  function open(): void {
    link = new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.addEventListener('open', () => {
        failures = 0;
        isOnline.setState(true, true);
        resolve(new RPCLink({ websocket: socket }));
      });
      socket.addEventListener('close', () => {
        isOnline.setState(false, true);
        // Whoever waits for this connection waits for the next one.
        setTimeout(() => {
          open();
          void link.then(resolve);
        }, reconnectDelayMs(failures++));
      });
    });
  }
  open();

  return { client: clientOf(() => link), isOnline };
}

/** A client over whatever link there is when it is called; what it throws is an `AppError`. */
export function clientOf(link: () => Promise<Link>): StudioClient {
  const current: Link = {
    call: async (path, input, options) => {
      try {
        return await (await link()).call(path, input, options);
      } catch (error) {
        throw fromRpcError(error);
      }
    },
  };
  return createORPCClient(current);
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
      const error = toAppError(fromRpcError(thrown));
      if (signal.aborted) return;
      // A connection that broke is no answer of the host's.
      if (error.code !== 'internal' && error.code !== 'cancelled') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
