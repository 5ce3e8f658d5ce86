import { delay, throwIfCancelled } from '#base/abort';

import { fileError } from '#files/file-error';
import { givenUp, statusError } from './download-errors.ts';
import { type AccessToken, fetchFollowing } from './fetch-following.ts';
import { parseContentLength, parseContentRange, strongEtag } from './http-headers.ts';
import { PartFile, type RemoteFile } from './part-file.ts';
import { defaultRetryPolicy, type RetryPolicy, retryDelayMs } from './retry-policy.ts';
import { TransferFault } from './transfer-fault.ts';
import { Watchdog } from './watchdog.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly token?: AccessToken | undefined;
  /** An answer that brings nothing for this long is given up. Default 30 s. */
  readonly stallMs?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly onEvent?: ((event: DownloadEvent) => void) | undefined;
}

export type DownloadEvent =
  /** Bytes of an earlier attempt were read again from the disk. */
  | { readonly kind: 'kept'; readonly bytes: number }
  | { readonly kind: 'received'; readonly bytes: number }
  /** So many bytes were of no use and are gone. */
  | { readonly kind: 'discarded'; readonly bytes: number }
  | { readonly kind: 'waiting'; readonly delayMs: number; readonly reason: string };

/** Failures count from the start again after this much has arrived: a long way over a bad line is still a way. */
const progressBytes = 1 << 20;

/**
 * Downloads one file to `destination`, which appears there only when it is whole and right. An interrupted download is
 * gone on with, in this call and in later ones, also by another process after a crash: what has arrived is kept beside
 * it (`PartFile`).
 *
 * @throws AppError `network-unreachable`, `download-interrupted`, `download-corrupt`, `download-changed`,
 *   `download-not-found`, `download-not-allowed`, `download-refused`, `disk-full` and its like, `cancelled`
 */
export async function downloadFile(remote: RemoteFile, destination: string, options: DownloadOptions): Promise<void> {
  const { signal, onEvent } = options;
  throwIfCancelled(signal);
  try {
    const part = await PartFile.open(destination, remote, {
      signal,
      onKept: (bytes) => onEvent?.({ kind: 'kept', bytes }),
    });
    try {
      await fillPart(part, remote, options);
      await part.finish();
    } finally {
      await part.close();
    }
  } catch (error) {
    throwIfCancelled(signal);
    throw fileError(error, destination, 'save the download');
  }
}

/** Attempts until the part is whole and right, or there were too many failures without progress. */
async function fillPart(part: PartFile, remote: RemoteFile, options: DownloadOptions): Promise<void> {
  const { signal, retry = defaultRetryPolicy, onEvent } = options;
  let failures = 0;
  let corruptions = 0;
  let furthestBytes = part.lengthBytes;
  for (;;) {
    try {
      await attempt(part, remote, options);
      if (part.isRight()) return;
      discard(part, options);
      await part.reset();
      throw new TransferFault('corrupt', 'the content has another checksum than the list says');
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof TransferFault)) throw error;
      failures = part.lengthBytes >= furthestBytes + progressBytes ? 1 : failures + 1;
      furthestBytes = Math.max(furthestBytes, part.lengthBytes);
      if (error.kind === 'corrupt') corruptions += 1;
      // The same wrong content twice is what the server has.
      if (failures >= retry.limit || corruptions === 2)
        throw givenUp(error, remote.url, { receivedBytes: part.lengthBytes, sizeBytes: remote.sizeBytes ?? null });
      const delayMs = retryDelayMs(failures, retry, { retryAfterMs: error.retryAfterMs });
      onEvent?.({ kind: 'waiting', delayMs, reason: error.message });
      await delay(delayMs, signal ? { signal } : {});
    }
  }
}

/** One request for what is still missing, and its answer. */
async function attempt(part: PartFile, remote: RemoteFile, options: DownloadOptions): Promise<void> {
  const { sizeBytes, url } = remote;
  if (sizeBytes !== undefined && part.lengthBytes === sizeBytes) return;
  const watchdog = new Watchdog(options);
  try {
    const response = await fetchFollowing(url, {
      headers: requestHeaders(part),
      token: options.token,
      signal: watchdog.signal,
    });
    watchdog.feed();
    try {
      const expectedBytes = await acceptAnswer(response, part, remote, options);
      await receive(response, part, expectedBytes, options, watchdog);
    } finally {
      // Frees the connection when the answer was refused or ended early; after a whole one it does nothing.
      await response.body?.cancel().catch(() => undefined);
    }
  } catch (error) {
    throw watchdog.explain(error);
  } finally {
    watchdog.stop();
  }
}

function requestHeaders(part: PartFile): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (part.lengthBytes > 0) {
    headers['range'] = `bytes=${part.lengthBytes}-`;
    if (part.etag !== undefined) headers['if-range'] = part.etag;
  }
  return headers;
}

/**
 * Makes the part fit the answer that has begun: an answer with the rest goes behind it, one with everything replaces it.
 *
 * @returns Bytes that the part must have in the end, if anybody said.
 */
async function acceptAnswer(
  response: Response,
  part: PartFile,
  { sizeBytes, url }: RemoteFile,
  options: DownloadOptions,
): Promise<number | undefined> {
  const etag = strongEtag(response.headers.get('etag'));
  const length = parseContentLength(response.headers.get('content-length'));
  const startAgain = async (kind: 'changed' | 'lied', why: string) => {
    discard(part, options);
    await part.reset();
    return new TransferFault(kind, why);
  };
  if (response.status === 206) {
    const range = parseContentRange(response.headers.get('content-range'));
    if (range?.first !== part.lengthBytes)
      throw await startAgain('lied', 'the answer is of another piece than was asked for');
    const totalBytes = range.totalBytes ?? sizeBytes;
    const isOther = part.etag !== undefined && etag !== undefined && etag !== part.etag;
    if (isOther || (sizeBytes !== undefined && totalBytes !== sizeBytes))
      throw await startAgain('changed', 'the file on the server has changed');
    await part.begin(etag);
    return totalBytes;
  }
  if (response.status === 200) {
    if (sizeBytes !== undefined && length !== undefined && length !== sizeBytes)
      throw await startAgain('changed', `the server sends ${length} bytes where its list says ${sizeBytes}`);
    discard(part, options);
    await part.reset();
    await part.begin(etag);
    return sizeBytes ?? length;
  }
  if (response.status === 416)
    throw await startAgain('changed', 'the file on the server is shorter than what was received');
  throw statusError(response, url);
}

async function receive(
  response: Response,
  part: PartFile,
  expectedBytes: number | undefined,
  options: DownloadOptions,
  watchdog: Watchdog,
): Promise<void> {
  for await (const piece of response.body ?? []) {
    if (expectedBytes !== undefined && part.lengthBytes + piece.length > expectedBytes) {
      discard(part, options);
      await part.reset();
      throw new TransferFault('lied', 'the server sent more bytes than it announced');
    }
    await part.append(piece);
    // A slow disk is not a slow server.
    watchdog.feed();
    options.onEvent?.({ kind: 'received', bytes: piece.length });
  }
  if (expectedBytes !== undefined && part.lengthBytes < expectedBytes)
    throw new TransferFault('dropped', 'the connection ended early');
}

function discard(part: PartFile, { onEvent }: DownloadOptions): void {
  if (part.lengthBytes > 0) onEvent?.({ kind: 'discarded', bytes: part.lengthBytes });
}
