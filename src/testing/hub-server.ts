import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/** What a server can do to one request for a file. Each is done once, in the order given, then the server behaves. */
export type Fault =
  /** Sends so many bytes of its answer, then cuts the connection. */
  | { readonly kind: 'drop'; readonly afterBytes: number }
  /** Sends so many bytes, then nothing more. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** Answers a request for the rest with everything. */
  | { readonly kind: 'ignore-range' }
  /** Announces another length than the file has: less is all that is sent, more is never reached. */
  | { readonly kind: 'lie-length'; readonly bytes: number }
  /** Sends more than it announced, in chunks. */
  | { readonly kind: 'too-much'; readonly extraBytes: number }
  /** Sends another piece than was asked for, and says so. */
  | { readonly kind: 'wrong-piece' }
  /** Sends right headers and a wrong byte. */
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'redirect'; readonly to: string }
  /** From now on the file is another one. */
  | { readonly kind: 'change'; readonly content: Buffer };

interface ServedFile {
  content: Buffer;
  readonly faults: Fault[];
}

export interface SeenRequest {
  readonly host: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A hub on this machine that serves one model, as badly as a test wants. */
export class HubServer {
  readonly repo = 'AIDC-AI/Tiny';
  readonly files = new Map<string, ServedFile>();
  readonly requests: SeenRequest[] = [];
  /** Replaces the answer to the question what files there are. */
  listing: (() => { status: number; body: string }) | undefined;
  /**
   * How much the client says that it has received in all. With it, a drop waits until everything sent has been taken up:
   * a connection that breaks takes with it what was not read yet, which on a busy machine may be anything.
   */
  clientBytes: (() => number) | undefined;
  /** Bytes a second, for tests that must see a download under way. */
  bytesPerSecond = Number.POSITIVE_INFINITY;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<HubServer> {
    const hub = new HubServer();
    await new Promise<void>((listening) => hub.#server.listen(0, '127.0.0.1', listening));
    onTestFinished(async () => {
      hub.#server.closeAllConnections();
      await new Promise((closed) => hub.#server.close(closed));
    });
    return hub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  serve(path: string, content: string | Buffer, ...faults: Fault[]): void {
    this.files.set(path, { content: Buffer.from(content), faults });
  }

  /** Requests for one file, in order. */
  requestsFor(path: string): SeenRequest[] {
    return this.requests.filter((request) => request.path.endsWith(`/${path}`));
  }

  get commit(): string {
    const names = [...this.files].map(([path, { content }]) => `${path} ${sha256(content)}`);
    return createHash('sha1').update(names.join('\n')).digest('hex');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.endpoint);
    const { host = '', range, authorization } = request.headers;
    this.requests.push({ host, path: decodeURIComponent(pathname), range, authorization });
    if (pathname.startsWith('/api/models/')) {
      const { status, body } = this.listing?.() ?? { status: 200, body: JSON.stringify(this.#list()) };
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      return;
    }
    const path = decodeURIComponent(pathname.replace(/^\/[^/]+\/[^/]+\/resolve\/[^/]+\//, ''));
    const file = this.files.get(path);
    if (file === undefined) response.writeHead(404).end();
    else await this.#sendFile(file, request, response);
  }

  #list() {
    const siblings = [...this.files].map(([path, { content }]) => {
      const blobId = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
      const isLarge = path.endsWith('.safetensors');
      const lfs = { sha256: sha256(content), size: content.length, pointerSize: 134 };
      return { rfilename: path, size: content.length, blobId, lfs: isLarge ? lfs : undefined };
    });
    return { id: this.repo, sha: this.commit, siblings };
  }

  async #sendFile(file: ServedFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = file.faults.shift();
    if (fault?.kind === 'change') file.content = fault.content;
    const { content } = file;
    if (fault?.kind === 'status') {
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      response.writeHead(fault.status, headers).end('busy');
      return;
    }
    if (fault?.kind === 'redirect') {
      response.writeHead(302, { location: fault.to }).end();
      return;
    }
    const etag = `"${sha256(content).slice(0, 32)}"`;
    const wanted = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const ifRange = request.headers['if-range'];
    const asksForRest = wanted !== undefined && (ifRange === undefined || ifRange === etag);
    const first = asksForRest && fault?.kind !== 'ignore-range' ? Number(wanted) : 0;
    if (first >= content.length && content.length > 0) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const isRest = first > 0;
    const body = Buffer.from(content.subarray(first));
    if (fault?.kind === 'corrupt') body[body.length >> 1]! ^= 0xff;
    const from = fault?.kind === 'wrong-piece' ? first + 1 : first;
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    const length = fault?.kind === 'lie-length' ? fault.bytes : body.length;
    response.writeHead(isRest ? 206 : 200, {
      etag,
      ...(isRest ? range : {}),
      ...(fault?.kind === 'too-much' ? {} : { 'content-length': length }),
    });
    await this.#sendBody(body, fault, response);
  }

  async #sendBody(body: Buffer, fault: Fault | undefined, response: ServerResponse): Promise<void> {
    switch (fault?.kind) {
      case 'drop': {
        const before = this.clientBytes?.() ?? 0;
        response.write(body.subarray(0, fault.afterBytes));
        const isTakenUp = () => this.clientBytes !== undefined && this.clientBytes() >= before + fault.afterBytes;
        for (let waitedMs = 0; waitedMs < (this.clientBytes ? 5000 : 100) && !isTakenUp(); waitedMs += 5)
          await new Promise((later) => setTimeout(later, 5));
        response.destroy();
        return;
      }
      case 'stall':
        response.write(body.subarray(0, fault.afterBytes));
        return;
      case 'lie-length':
        response.end(body.subarray(0, fault.bytes));
        return;
      case 'too-much':
        response.end(Buffer.concat([body, Buffer.alloc(fault.extraBytes)]));
        return;
      default:
        await this.#sendSlowly(body, response);
    }
  }

  async #sendSlowly(body: Buffer, response: ServerResponse): Promise<void> {
    if (!Number.isFinite(this.bytesPerSecond)) {
      response.end(body);
      return;
    }
    const pieceBytes = Math.max(1, Math.floor(this.bytesPerSecond / 50));
    for (let at = 0; at < body.length && !response.destroyed; at += pieceBytes) {
      response.write(body.subarray(at, at + pieceBytes));
      await new Promise((later) => setTimeout(later, 20));
    }
    response.end();
  }
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
