/** How long an unsuccessful transfer is kept up. */
export interface RetryPolicy {
  /** Failures in a row, without progress in between, after which it is given up. */
  readonly limit: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { limit: 6, firstDelayMs: 500, maxDelayMs: 30_000 };

/** A server that asks for more than this is waited for this long only, and then asked again. */
const maxRetryAfterMs = 300_000;

/**
 * How long to wait after the `failures`-th failure in a row (from 1): doubling, and between half and all of that, so that
 * many clients of one broken server do not come back together. What the server asked for is respected on top.
 *
 * @param random Between 0 and 1.
 */
export function retryDelayMs(
  failures: number,
  { firstDelayMs, maxDelayMs }: RetryPolicy,
  { retryAfterMs = 0, random = Math.random() }: { retryAfterMs?: number | undefined; random?: number } = {},
): number {
  const ceiling = Math.min(firstDelayMs * 2 ** (failures - 1), maxDelayMs);
  return Math.max(ceiling * (0.5 + random / 2), Math.min(retryAfterMs, maxRetryAfterMs));
}
