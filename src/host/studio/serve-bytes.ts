import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { AppError, toAppError } from '#base/app-error';
import { zBlobName, type BlobName } from '#shared/contract/job-request';
import { maxUploadBytes, uploadTooLarge, zThumbnailSize } from '#shared/contract/studio/blob-urls';
import { toWireError } from '#shared/contract/wire-error';
import { sniffFormat } from '../images/sniff-format.ts';
import type { Studio } from './open-studio.ts';

/** Bytes as a body can be read. */
type Bytes = ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null;

/** The most that one blob may have: what the image codec takes, uncompressed at 16 bits. */
const maxBlobBytes = 1 << 30;

/** A blob never changes, so whoever has it need not ask again. */
const forEver = 'private, max-age=31536000, immutable';

/**
 * Answers requests for bytes, see `blob-urls.ts`; undefined for an address that is none of these. The same for a web server
 * and for a protocol of Electron's. Whether the request may be answered at all is up to them.
 */
export async function serveBytes(studio: Studio, request: Request): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  const [, folder, ...path] = pathname.split('/');
  try {
    switch (folder) {
      case 'blobs':
        return await serveBlob(studio, request, path, searchParams);
      case 'uploads':
        return await receiveUpload(studio, request, searchParams);
      case 'downloads':
        return await serveDownload(studio, request, path);
      default:
        return undefined;
    }
  } catch (error) {
    return refusal(toAppError(error));
  }
}

async function serveBlob(
  studio: Studio,
  request: Request,
  [wanted, ...rest]: readonly string[],
  query: URLSearchParams,
): Promise<Response> {
  const { data: name } = zBlobName.safeParse(wanted);
  if (name === undefined || rest.length > 0) return nothingHere();
  switch (request.method) {
    case 'GET':
    case 'HEAD': {
      const size = query.get('size');
      return size === null ? wholeOrRange(studio, request, name, query.get('as')) : thumbnail(studio, name, size);
    }
    case 'PUT':
      await studio.library.blobs.put(bodyOf(request), {
        expected: name,
        maxBytes: maxBlobBytes,
        signal: request.signal,
      });
      return new Response(null, { status: 204 });
    default:
      return notAllowed('GET, HEAD, PUT');
  }
}

async function thumbnail({ library }: Studio, name: BlobName, wanted: string): Promise<Response> {
  const { data: size } = zThumbnailSize.safeParse(Number(wanted));
  if (size === undefined) return nothingHere();
  const bytes = await library.thumbnails.get(name, size);
  return new Response(Buffer.from(bytes), { headers: { 'content-type': 'image/webp', 'cache-control': forEver } });
}

async function wholeOrRange(
  { library: { blobs } }: Studio,
  request: Request,
  name: BlobName,
  fileName: string | null,
): Promise<Response> {
  const sizeBytes = await blobs.sizeOf(name);
  if (sizeBytes === undefined) throw new AppError('blob-missing', 'There is no such picture in the library.');
  const etag = `"${name}"`;
  const headers = new Headers({
    'cache-control': forEver,
    'accept-ranges': 'bytes',
    etag,
    'content-type': await mediaTypeOf(blobs, name),
    ...(fileName !== null && { 'content-disposition': asAttachment(fileName) }),
  });
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const range = parseRange(request.headers.get('range'), sizeBytes);
  if (range === 'beyond') {
    headers.set('content-range', `bytes */${sizeBytes}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  headers.set('content-length', String(end - start));
  if (range) headers.set('content-range', `bytes ${start}-${end - 1}/${sizeBytes}`);
  const body = request.method === 'HEAD' ? null : toBody(blobs.stream(name, { start, end }));
  return new Response(body, { status: range ? 206 : 200, headers });
}

async function receiveUpload({ waiting }: Studio, request: Request, query: URLSearchParams): Promise<Response> {
  if (request.method !== 'POST') return notAllowed('POST');
  const declaredBytes = Number(request.headers.get('content-length') ?? 0);
  if (declaredBytes > maxUploadBytes) throw uploadTooLarge(declaredBytes);
  const { id, sizeBytes } = await waiting.receive(query.get('name') ?? 'file', uploaded(bodyOf(request)));
  return Response.json({ upload: id, sizeBytes });
}

async function* uploaded(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let sizeBytes = 0;
  for await (const piece of bytes) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxUploadBytes) throw uploadTooLarge(sizeBytes);
    yield piece;
  }
}

async function serveDownload({ waiting }: Studio, request: Request, [id = '']: readonly string[]): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD');
  const path = waiting.pathOf(id);
  const { size } = await stat(path);
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': String(size),
    'content-disposition': asAttachment(waiting.nameOf(id)),
    'cache-control': 'no-store',
  };
  return new Response(request.method === 'HEAD' ? null : toBody(createReadStream(path)), { headers });
}

/** Told by the bytes; what is no picture is shown by no browser. SVG is never one: it could run scripts. */
async function mediaTypeOf(blobs: Studio['library']['blobs'], name: BlobName): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of blobs.stream(name, { end: 4096 })) pieces.push(piece);
  const sniffed = sniffFormat(Buffer.concat(pieces));
  const isShown = sniffed.kind === 'readable' && sniffed.format !== 'svg';
  return isShown ? `image/${sniffed.format}` : 'application/octet-stream';
}

/** Only single ranges; others, and what is no range, get the whole (RFC 9110, 14.2). `end` is excluded. */
function parseRange(header: string | null, sizeBytes: number): { start: number; end: number } | 'beyond' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  return start >= sizeBytes ? 'beyond' : { start, end };
}

/** RFC 6266: the name in ASCII for old programs, and as it is. */
function asAttachment(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}

function bodyOf(request: Request): AsyncIterable<Uint8Array> {
  return request.body ? Readable.fromWeb(request.body) : Readable.from([]);
}

function toBody(pieces: AsyncIterable<Uint8Array>): Bytes {
  const stream = pieces instanceof Readable ? pieces : Readable.from(pieces, { objectMode: false });
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}

function refusal(error: AppError): Response {
  return Response.json(toWireError(error), { status: statusOf(error), headers: { 'cache-control': 'no-store' } });
}

function statusOf({ code }: AppError): number {
  switch (code) {
    case 'blob-missing':
    case 'file-missing':
      return 404;
    case 'blob-mismatch':
      return 422;
    case 'blob-too-large':
    case 'image-file-too-large':
      return 413;
    case 'disk-full':
    case 'disk-space-short':
      return 507;
    case 'image-unreadable':
      return 415;
    default:
      return 500;
  }
}

function nothingHere(): Response {
  return new Response(null, { status: 404 });
}

function notAllowed(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}
