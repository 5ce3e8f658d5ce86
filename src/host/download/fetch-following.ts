import { AppError } from '#base/app-error';

/** A secret for one server. */
export interface AccessToken {
  readonly value: string;
  /** Scheme, host and port that it is for: it goes nowhere else, whatever that server redirects to. */
  readonly origin: string;
}

export interface FetchOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: AccessToken | undefined;
  readonly signal?: AbortSignal | undefined;
}

const maxRedirects = 8;

/**
 * Fetches an address and follows redirects by hand, so that the token is sent to its own server only, over TLS unless that
 * server is this machine, and no redirect leads from a safe connection to an open one or out of HTTP.
 *
 * @throws AppError `download-refused`; whatever `fetch` throws
 */
export async function fetchFollowing(url: string, { headers, token, signal }: FetchOptions): Promise<Response> {
  let address = new URL(url);
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { ...headers, ...authorization(address, token) },
      ...(signal ? { signal } : {}),
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    address = nextAddress(address, location);
  }
  throw refused(address, 'it redirects in circles');
}

function authorization(address: URL, token: AccessToken | undefined): Record<string, string> {
  if (token === undefined || address.origin !== token.origin) return {};
  const isSafe = address.protocol === 'https:' || isThisMachine(address);
  return isSafe ? { authorization: `Bearer ${token.value}` } : {};
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function nextAddress(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined || !['http:', 'https:'].includes(to.protocol))
    throw refused(from, 'it redirects to no web address');
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refused(from, `it redirects to ${to.host} over an open connection`);
  return to;
}

function refused({ host }: URL, why: string): AppError {
  return new AppError('download-refused', `${host} cannot be downloaded from: ${why}.`, { data: { host, why } });
}
