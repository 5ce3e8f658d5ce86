import { cancelled, isCancelled } from '#base/abort';
import { AppError, toAppError, type ErrorData } from '#base/app-error';
import type { ErrorCode } from '#base/error-codes';

/** What two sides of a worker talk through: the page's `Worker`, the worker's own scope, or an end of a `MessageChannel`. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** What one side can be asked, as a contract: each method takes one value and answers with one. */
export type Methods = Record<string, (params: never) => unknown>;

/** The contract of a side that cannot be asked anything. */
export type NoMethods = Record<string, never>;

type ParamsOf<Method> = Method extends (params: infer Params) => unknown ? Params : never;
type ResultOf<Method> = Method extends (params: never) => infer Result ? Result : never;

/** What keeps such a contract: methods that may take their time, and stop when the other side has lost interest. */
export type Handlers<Contract> = {
  readonly [Name in keyof Contract]: (
    params: ParamsOf<Contract[Name]>,
    context: { readonly signal: AbortSignal },
  ) => ResultOf<Contract[Name]> | Promise<ResultOf<Contract[Name]>>;
};

export interface Remote<Theirs extends Methods> {
  /** @throws what the other side threw, as an `AppError`; `cancelled` at once when the signal aborts. */
  call<Name extends keyof Theirs & string>(
    name: Name,
    params: ParamsOf<Theirs[Name]>,
    options?: { readonly transfer?: readonly Transferable[]; readonly signal?: AbortSignal | undefined },
  ): Promise<ResultOf<Theirs[Name]>>;
  /** Tells without waiting for an answer; what the other side throws is its own affair. */
  tell<Name extends keyof Theirs & string>(
    name: Name,
    params: ParamsOf<Theirs[Name]>,
    transfer?: readonly Transferable[],
  ): void;
  /** Ends the connection: whatever still waits for an answer is cancelled. */
  dispose(reason?: AppError): void;
}

interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data: ErrorData;
}

type Message =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly type: 'tell'; readonly name: string; readonly params: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError };

const transferLists = new WeakMap<object, Transferable[]>();

/** Marks buffers in a method's answer that are to be handed over instead of copied. */
export function handingOver<Value extends object>(value: Value, buffers: Transferable[]): Value {
  transferLists.set(value, buffers);
  return value;
}

/**
 * Connects one side with the other: `mine` is what this side can be asked.
 * @param onFault - told what a method threw that was only told, not called
 */
export function connect<Theirs extends Methods, Mine extends Methods = NoMethods>(
  port: Port,
  mine: Handlers<Mine>,
  { onFault }: { readonly onFault: (error: AppError) => void },
): Remote<Theirs> {
  const methods = mine as Readonly<Record<string, Handlers<Methods>[string]>>;
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  const running = new Map<number, AbortController>();
  let lastId = 0;
  let ended: AppError | undefined;
  const send = (message: Message, transfer: readonly Transferable[] = []): void =>
    port.postMessage(message, [...transfer]);

  async function answer(id: number, name: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const value = await methods[name]!(params as never, { signal: controller.signal });
      const transfer = typeof value === 'object' && value !== null ? transferLists.get(value) : undefined;
      send({ type: 'result', id, value }, transfer);
    } catch (error) {
      const { code, message, data } = toAppError(error);
      send({ type: 'error', id, error: { code, message, data } });
    } finally {
      running.delete(id);
    }
  }

  async function hear(name: string, params: unknown): Promise<void> {
    try {
      await methods[name]!(params as never, { signal: neverAborted });
    } catch (error) {
      if (!isCancelled(error)) onFault(toAppError(error));
    }
  }

  function receive({ data }: { readonly data: unknown }): void {
    const message = data as Message;
    switch (message.type) {
      case 'call':
        void answer(message.id, message.name, message.params);
        break;
      case 'tell':
        void hear(message.name, message.params);
        break;
      case 'cancel':
        running.get(message.id)?.abort();
        break;
      case 'result':
        waiting.get(message.id)?.resolve(message.value as never);
        break;
      case 'error': {
        const { code, message: text, data: facts } = message.error;
        waiting.get(message.id)?.reject(new AppError(code, text, { data: facts }));
        break;
      }
    }
  }
  port.addEventListener('message', receive);

  return {
    call: async (name, params, { transfer, signal } = {}) => {
      signal?.throwIfAborted();
      if (ended) throw ended;
      const id = ++lastId;
      const onAbort = (): void => {
        send({ type: 'cancel', id });
        waiting.get(id)?.reject(cancelled());
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        return await new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          send({ type: 'call', id, name, params }, transfer);
        });
      } finally {
        waiting.delete(id);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    tell: (name, params, transfer) => {
      if (!ended) send({ type: 'tell', name, params }, transfer);
    },
    dispose: (reason = cancelled()) => {
      ended = reason;
      port.removeEventListener('message', receive);
      for (const { reject } of waiting.values()) reject(reason);
      for (const controller of running.values()) controller.abort();
    },
  };
}

const neverAborted = new AbortController().signal;
