/** @file Who may talk to the web host: whoever came by a link that it made, from a page that it served. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';

import { z } from 'zod';

import { writeFileDurably } from '#files/durable-write';

/** A browser sends the cookies of all ports of a host to each, so every port has a name of its own. */
const cookieName = (port: number): string => `ovis-studio-${port}`;

/** How long a link may be followed. */
const linkMs = 10 * 60_000;
/** How long a browser that was let in stays so, also over restarts of the host. */
const sessionMs = 30 * 24 * 60 * 60_000;
/** The oldest go first. */
const keptSessions = 100;

const zSessions = z.object({
  version: z.literal(1),
  sessions: z.array(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), untilMs: z.number() })),
});

interface AdmissionOptions {
  /** A file that keeps who was let in; without it they are forgotten with the process. */
  readonly path?: string;
  readonly now?: () => number;
}

/**
 * Links with a token, each good for one browser; following it leaves a cookie that scripts cannot read. What is kept, also
 * on the disk, is only hashes.
 */
export class Admission {
  readonly #links = new Map<string, number>();
  #sessions: ReadonlyMap<string, number> = new Map();
  readonly #path: string | undefined;
  readonly #now: () => number;

  private constructor({ path, now = Date.now }: AdmissionOptions) {
    this.#path = path;
    this.#now = now;
  }

  static async open(options: AdmissionOptions = {}): Promise<Admission> {
    const admission = new Admission(options);
    admission.#sessions = await admission.#kept();
    return admission;
  }

  /** A token for the next browser. */
  newToken(): string {
    const token = randomBytes(32).toString('base64url');
    this.#links.set(hashOf(token), this.#now() + linkMs);
    return token;
  }

  /** Uses up a token. @returns the `Set-Cookie` header, or undefined when it is not good (any more) */
  async admit(token: string, port: number): Promise<string | undefined> {
    const hash = hashOf(token);
    const until = this.#links.get(hash);
    this.#links.delete(hash);
    if (until === undefined || until < this.#now()) return undefined;
    const session = randomBytes(32).toString('base64url');
    // Another host of the same library may have let in others meanwhile.
    const known = [...(await this.#kept()), ...this.#sessions, [hashOf(session), this.#now() + sessionMs] as const];
    this.#sessions = new Map(known.slice(-keptSessions));
    await this.#keep();
    return `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  isAdmitted({ cookie = '' }: IncomingHttpHeaders, port: number): boolean {
    const prefix = `${cookieName(port)}=`;
    const session = cookie.split(/;\s*/).find((pair) => pair.startsWith(prefix));
    if (session === undefined) return false;
    return (this.#sessions.get(hashOf(session.slice(prefix.length))) ?? 0) > this.#now();
  }

  async #kept(): Promise<Map<string, number>> {
    const text = this.#path === undefined ? '' : await readFile(this.#path, 'utf8').catch(() => '');
    const { data } = zSessions.safeParse(parseJson(text));
    const alive = data?.sessions.filter(({ untilMs }) => untilMs > this.#now()) ?? [];
    return new Map(alive.map(({ hash, untilMs }) => [hash, untilMs]));
  }

  /** Where they cannot be kept, a restart asks for a new link. */
  async #keep(): Promise<void> {
    if (this.#path === undefined) return;
    const sessions = Array.from(this.#sessions, ([hash, untilMs]) => ({ hash, untilMs }));
    await writeFileDurably(this.#path, JSON.stringify({ version: 1, sessions })).catch(() => undefined);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
