/** One end of a pair of processes, as Node's `process` and `ChildProcess` have it. */
interface IpcEnd {
  send?(message: unknown, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What the RPC needs of a connection; a MessagePort of Electron's main process has the same shape. */
export interface RpcPort {
  postMessage(data: unknown): void;
  on(event: string, listener: (event?: { data: unknown }) => void): void;
}

/**
 * Makes the RPC send messages as structured clones, in which pixels stay typed arrays: a transfer list, even an empty
 * one, tells it to. Only the head of an event stream must go the other way, as text, since that is what marks it as one.
 */
export const asStructuredClones = {
  experimental_transfer: ([, , payload]: readonly [id: string, type: unknown, payload: unknown]): object[] | null =>
    isEventStream(payload) ? null : [],
};

/**
 * A forked process as a message port. Fork with `serialization: 'advanced'`, so that pixels travel as they are.
 *
 * @param onGarbage Told of every message that is not one of the RPC's; such messages go no further.
 */
export function ipcPort(
  end: IpcEnd,
  { onMessage, onGarbage }: { onMessage?: () => void; onGarbage?: () => void } = {},
): RpcPort {
  return {
    postMessage: (data) => {
      // The other process may be gone, which its exit tells better than a failed send.
      end.send?.(data, () => undefined);
    },
    on: (event, listener) => {
      if (event === 'close') end.on('disconnect', () => listener());
      if (event !== 'message') return;
      end.on('message', (message) => {
        onMessage?.();
        const data = typeof message === 'string' ? parseJson(message) : message;
        if (isEnvelope(data)) listener({ data });
        else onGarbage?.();
      });
    },
  };
}

function isEventStream(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || !('body' in payload)) return false;
  const { body } = payload;
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** Every message of the RPC has an id; all but those that abort (type 4) have a payload. */
function isEnvelope(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('i' in data) || typeof data.i !== 'string') return false;
  return ('t' in data && data.t === 4) || ('p' in data && typeof data.p === 'object' && data.p !== null);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
