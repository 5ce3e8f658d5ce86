import { AppError, type ErrorData } from '#base/app-error';

import { parseRetryAfterMs } from './http-headers.ts';
import { TransferFault } from './transfer-fault.ts';

const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What a refusal means: a `TransferFault` if waiting may help, an `AppError` otherwise. */
export function statusError(response: Response, url: string): Error {
  const { status } = response;
  const { host, pathname } = new URL(url);
  const data = { host, path: pathname, status };
  if (retryableStatuses.has(status)) {
    const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after'), Date.now());
    return new TransferFault('status', `${host} answers with status ${status}`, { retryAfterMs });
  }
  if (status === 401 || status === 403)
    return new AppError(
      'download-not-allowed',
      `${host} does not allow this download. If the model asks for consent, give it on its page there, and set HF_TOKEN to a token of your account.`,
      { data },
    );
  if (status === 404)
    return new AppError('download-not-found', `${host} has no ${pathname}. Check the name of the model.`, { data });
  return new AppError('download-refused', `${host} refuses the download with status ${status}.`, { data });
}

/** What is said of a fault that came again and again. */
export function givenUp(fault: TransferFault, url: string, facts: ErrorData = {}): AppError {
  const { host, pathname } = new URL(url);
  const options = { data: { host, path: pathname, reason: fault.message, ...facts }, cause: fault };
  switch (fault.kind) {
    case 'unreachable':
      return new AppError(
        'network-unreachable',
        `${host} cannot be reached. Check the network, and HF_ENDPOINT if you set it.`,
        options,
      );
    case 'corrupt':
      return new AppError(
        'download-corrupt',
        `What ${host} sends for ${pathname} does not have the checksum it should have. Try again later, or another server with HF_ENDPOINT.`,
        options,
      );
    case 'changed':
    case 'lied':
      return new AppError(
        'download-changed',
        `${host} does not send the ${pathname} that it lists: ${fault.message}. Try again later.`,
        options,
      );
    case 'status':
    case 'dropped':
    case 'stalled':
      return new AppError(
        'download-interrupted',
        `The download from ${host} keeps stopping: ${fault.message}. What has arrived is kept; start it again to go on.`,
        options,
      );
  }
}
