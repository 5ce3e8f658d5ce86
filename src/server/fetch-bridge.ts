import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A request of Node's as the web has it; its signal aborts when the other side goes away. */
export function toRequest(incoming: IncomingMessage, origin: string): Request {
  const left = new AbortController();
  incoming.once('close', () => {
    if (!incoming.complete) left.abort();
  });
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const { method = 'GET' } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(new URL(incoming.url ?? '/', origin), {
    method,
    headers,
    signal: left.signal,
    ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
  });
}

/** Sends an answer. Whoever went away in the middle of it is no fault. */
export async function sendResponse(
  response: Response,
  outgoing: ServerResponse,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of Object.entries(more)) outgoing.setHeader(name, value);
  for (const [name, value] of response.headers) outgoing.setHeader(name, value);
  if (response.body === null) {
    outgoing.end();
    return;
  }
  const body = Readable.fromWeb(response.body);
  await pipeline(body, outgoing).catch(() => outgoing.destroy());
}
