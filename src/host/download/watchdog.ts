import { cancelled } from '#base/abort';

import { networkFault, TransferFault } from './transfer-fault.ts';

/** Ends a request that brings nothing for too long, and one that the caller gives up. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel = () => this.#controller.abort();
  readonly #cancelSignal: AbortSignal | undefined;
  #hasStalled = false;

  constructor({ stallMs = 30_000, signal }: { stallMs?: number | undefined; signal?: AbortSignal | undefined }) {
    this.#cancelSignal = signal;
    this.#timer = setTimeout(() => {
      this.#hasStalled = true;
      this.#controller.abort();
    }, stallMs);
    if (signal?.aborted) this.#onCancel();
    else signal?.addEventListener('abort', this.#onCancel, { once: true });
  }

  /** For the request that is watched. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something has arrived. */
  feed(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#cancelSignal?.removeEventListener('abort', this.#onCancel);
  }

  /** Why a watched request ended: cancelled, a fault that another attempt may not meet, or what it was. */
  explain(error: unknown): unknown {
    if (this.#cancelSignal?.aborted) return cancelled();
    if (this.#hasStalled) return new TransferFault('stalled', 'the server sent nothing for too long', { cause: error });
    return networkFault(error) ?? error;
  }
}
