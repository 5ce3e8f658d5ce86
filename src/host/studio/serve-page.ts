import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/**
 * What the page may do: run and load what comes from here, and nothing else. Pictures may also be made in the page.
 * `connect-src 'self'` covers the WebSocket of the same host.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For every answer of a host: who may show, embed and read it. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The files of the built page; undefined for what is not among them. */
export async function servePage(folder: string, request: Request): Promise<Response | undefined> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  const path = fileOf(folder, new URL(request.url).pathname);
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !found?.isFile()) return undefined;
  const headers = {
    'content-type': mediaTypes[extname(path)] ?? 'application/octet-stream',
    'content-length': String(found.size),
    // Files in `assets` have a hash of their content in their names.
    'cache-control': path.startsWith(join(folder, 'assets') + sep)
      ? 'private, max-age=31536000, immutable'
      : 'no-cache',
  };
  const body = request.method === 'HEAD' ? null : (Readable.toWeb(createReadStream(path)) as ReadableStream);
  return new Response(body, { headers });
}

/** The file at an address; undefined for an address that leads out of the folder or cannot be read. */
function fileOf(folder: string, pathname: string): string | undefined {
  try {
    const path = resolve(folder, `.${decodeURIComponent(pathname === '/' ? '/index.html' : pathname)}`);
    return path.startsWith(resolve(folder) + sep) && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined;
  }
}
