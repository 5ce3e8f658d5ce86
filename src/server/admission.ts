/** @file Who may talk to the web host: whoever came by a link that it made, from a page that it served. */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A browser sends the cookies of all ports of a host to each, so every port has a name of its own. */
const cookieName = (port: number): string => `ovis-studio-${port}`;

/** How long a link may be followed. */
const linkMs = 10 * 60_000;

/**
 * Links with a token, each good for one browser; following it leaves a cookie that scripts cannot read. What is kept is
 * only hashes.
 */
export class Admission {
  readonly #links = new Map<string, number>();
  readonly #sessions = new Set<string>();
  readonly #now: () => number;

  constructor({ now = Date.now }: { now?: () => number } = {}) {
    this.#now = now;
  }

  /** A token for the next browser. */
  newToken(): string {
    const token = randomBytes(32).toString('base64url');
    this.#links.set(hashOf(token), this.#now() + linkMs);
    return token;
  }

  /** Uses up a token. @returns the `Set-Cookie` header, or undefined when it is not good (any more) */
  admit(token: string, port: number): string | undefined {
    const hash = hashOf(token);
    const until = this.#links.get(hash);
    this.#links.delete(hash);
    if (until === undefined || until < this.#now()) return undefined;
    const session = randomBytes(32).toString('base64url');
    this.#sessions.add(hashOf(session));
    return `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  isAdmitted({ cookie = '' }: IncomingHttpHeaders, port: number): boolean {
    const prefix = `${cookieName(port)}=`;
    const session = cookie.split(/;\s*/).find((pair) => pair.startsWith(prefix));
    return session !== undefined && this.#sessions.has(hashOf(session.slice(prefix.length)));
  }
}

/** Looked up by their hashes, secrets are not compared letter by letter, which would tell how near a guess is. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

interface Guarded {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Why a request is not ours, or undefined where it is. The `Host` must be a name of this machine, so that no other name can
 * be made to lead here (DNS rebinding); what changes something must come from our own page; and a browser that says where a
 * request comes from must say: from here.
 */
export function whyForeign({ method, headers }: Guarded, hosts: ReadonlySet<string>): string | undefined {
  const { host, origin } = headers;
  if (host === undefined || !hosts.has(host.toLowerCase())) return 'the host is not this one';
  const isOurs = origin === `http://${host}`;
  if (origin !== undefined && !isOurs) return 'the origin is not this one';
  const changes = method !== 'GET' && method !== 'HEAD';
  if (changes && !isOurs) return 'the origin is not known';
  const site = headers['sec-fetch-site'];
  // `none` is a person who typed the address or followed a link from outside a browser.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'the request comes from another page';
  return undefined;
}
