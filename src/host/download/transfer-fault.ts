import { systemCode } from '#files/file-error';

/**
 * Why one attempt at a transfer failed, where another attempt may succeed. `unreachable`: no answer at all. `status`: the
 * server was busy or broken. `dropped`, `stalled`: the answer ended or paused in the middle. `changed`: the answer does not
 * belong to what is there already. `lied`: more or fewer bytes than announced. `corrupt`: the content has another checksum.
 */
export type FaultKind = 'unreachable' | 'status' | 'dropped' | 'stalled' | 'changed' | 'lied' | 'corrupt';

/** Never leaves this folder: it is tried again, and becomes an `AppError` when that has no end. */
export class TransferFault extends Error {
  override readonly name = 'TransferFault';
  readonly kind: FaultKind;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: FaultKind, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What `fetch` throws when the network fails: it says "terminated" when an answer breaks off and "fetch failed" when there is none. */
export function networkFault(error: unknown): TransferFault | undefined {
  if (!(error instanceof TypeError)) return undefined;
  if (error.message === 'terminated') return new TransferFault('dropped', 'the connection broke', { cause: error });
  if (error.message !== 'fetch failed') return undefined;
  const reason = systemCode(error.cause);
  return new TransferFault('unreachable', `the server cannot be reached${reason ? ` (${reason})` : ''}`, {
    cause: error,
  });
}
