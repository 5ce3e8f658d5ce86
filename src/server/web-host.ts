import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';

import type { Studio } from '#host/studio/open-studio';
import { serveBytes } from '#host/studio/serve-bytes';
import { securityHeaders, servePage } from '#host/studio/serve-page';
import { browserWindow } from '#host/studio/shell-window';
import { studioRouter } from '#host/studio/studio-router';
import { rpcUrl } from '#shared/contract/studio/contract';
import { Admission, whyForeign } from './admission.ts';
import { sendResponse, toRequest } from './fetch-bridge.ts';

export interface WebHostOptions {
  readonly studio: Studio;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** 0 takes any that is free. */
  readonly port?: number;
  /** Where to listen; only this machine by default. */
  readonly address?: string;
  /** Names under which the host is reached besides those of this machine: `studio.local`. */
  readonly hostNames?: readonly string[];
  readonly heartbeatMs?: number;
}

export interface WebHost {
  readonly port: number;
  /** An address that lets one browser in, once, for the next minutes. */
  newLink(): string;
  close(): Promise<void>;
}

/** Large documents are a few megabytes; pixels do not come this way. */
const maxMessageBytes = 64 << 20;

/** The studio in a browser: the page and bytes over HTTP, calls over a WebSocket. */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { studio, pageFolder, address = '127.0.0.1', hostNames = [], heartbeatMs = 20_000 } = options;
  const admission = await Admission.open({ path: join(studio.home, 'web-sessions.json') });
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  const handler = new RPCHandler(studioRouter(studio));
  let port = options.port ?? 0;
  let hosts: ReadonlySet<string> = new Set();

  const answer = async (incoming: IncomingMessage): Promise<Response> => {
    const request = toRequest(incoming, `http://127.0.0.1:${port}`);
    const foreign = whyForeign({ method: request.method, headers: incoming.headers }, hosts);
    if (foreign !== undefined) return new Response(`Refused: ${foreign}.\n`, { status: 403 });
    const url = new URL(request.url);
    const token = url.searchParams.get('token');
    if (token !== null && url.pathname === '/') return letIn(await admission.admit(token, port));
    if (!admission.isAdmitted(incoming.headers, port)) return new Response(noLink, { status: 401 });
    return (
      (await serveBytes(studio, request)) ??
      (await servePage(pageFolder, request)) ??
      new Response(null, { status: 404 })
    );
  };
  server.on('request', (incoming, outgoing) => {
    answer(incoming)
      .catch(() => new Response(null, { status: 500 }))
      .then((response) => sendResponse(response, outgoing, securityHeaders))
      .catch(() => outgoing.destroy());
  });
  server.on('upgrade', (incoming, socket, head) => {
    const isRpc = incoming.url === `/${rpcUrl}`;
    // A page of another site can open a WebSocket here, cookies and all: only its origin gives it away.
    const isOurs =
      incoming.headers.origin !== undefined &&
      whyForeign({ method: 'GET', headers: incoming.headers }, hosts) === undefined;
    if (!isRpc || !isOurs || !admission.isAdmitted(incoming.headers, port)) return refuseUpgrade(socket);
    sockets.handleUpgrade(incoming, socket, head, (webSocket) => {
      keepAlive(webSocket, heartbeatMs);
      void handler.upgrade(webSocket, { context: { window: browserWindow } });
    });
  });

  port = await listen(server, port, address);
  hosts = new Set([...localNames, ...hostNames].map((name) => `${name}:${port}`));
  return {
    port,
    newLink: () => `http://${hostNames[0] ?? '127.0.0.1'}:${port}/?token=${admission.newToken()}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const localNames = ['127.0.0.1', 'localhost', '[::1]'];

const noLink =
  'This browser has not been let in, or the studio was started anew since. A link lets one browser in: press Enter where the studio runs for a new one, and follow that.\n';

function letIn(cookie: string | undefined): Response {
  if (cookie === undefined) return new Response(noLink, { status: 401 });
  // Without the token: it is of no more use, and should be in no history.
  return new Response(null, {
    status: 303,
    headers: { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' },
  });
}

function refuseUpgrade(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

/** Ends a connection whose other side went away without a word, so that its streams are not kept for nobody. */
function keepAlive(socket: WebSocket, heartbeatMs: number): void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) socket.terminate();
    isAlive = false;
    socket.ping();
  }, heartbeatMs);
  socket.on('close', () => clearInterval(timer));
  // It closes after that, too.
  socket.on('error', () => undefined);
}

function listen(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
