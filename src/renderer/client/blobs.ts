import { AppError, toAppError } from '#base/app-error';
import { zBlobName, type BlobName } from '#shared/contract/job-request';
import {
  blobPutHeaders,
  blobUrl,
  maxUploadBytes,
  uploadTooLarge,
  uploadUrl,
  zUpload,
  type UploadId,
} from '#shared/contract/studio/blob-urls';
import { fromWireError, zWireError } from '#shared/contract/wire-error';

import { unreachable } from './connection.ts';
import type { Patience } from './patience.ts';
import type { TileSource } from '../canvas/engine/tile-source.ts';

/** The host's blobs, by their addresses. */
export interface Blobs extends TileSource {
  /** Stores a picture that was made here. */
  putPicture(picture: Blob): Promise<BlobName>;
  /** Hands a file to the host, which reads it. */
  upload(file: File): Promise<UploadId>;
  /** A stored picture, decoded. */
  picture(name: BlobName): Promise<ImageBitmap>;
}

/** Over HTTP. Pixels are stored and fetched with patience; a file that is handed over can be handed over again. */
export function httpBlobs({ until }: Pick<Patience, 'until'>): Blobs {
  const bytesOf = (name: BlobName): Promise<Response> => until(() => ask(blobUrl(name)));
  async function put(bytes: Uint8Array<ArrayBuffer>, mediaType: string | null): Promise<BlobName> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const name = zBlobName.parse(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
    await until(() => ask(blobUrl(name), { method: 'PUT', headers: blobPutHeaders(mediaType), body: bytes }));
    return name;
  }
  return {
    get: async (name) => new Uint8Array(await (await bytesOf(name)).arrayBuffer()),
    put: (bytes) => put(bytes, null),
    putPicture: async (picture) => put(new Uint8Array(await picture.arrayBuffer()), picture.type),
    upload: async (file) => {
      await requireReadable(file);
      const answer = await ask(uploadUrl(file.name), { method: 'POST', body: file });
      return zUpload.parse(await answer.json()).upload;
    },
    picture: async (name) => createImageBitmap(await (await bytesOf(name)).blob()),
  };
}

/** A folder, or a file that is gone, fails only when it is read, and then like a broken connection. */
async function requireReadable(file: File): Promise<void> {
  if (file.size > maxUploadBytes) throw uploadTooLarge(file.size);
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (cause) {
    const message = `“${file.name}” cannot be read: it is a folder, or has been moved.`;
    throw new AppError('file-unreadable', message, { data: { name: file.name }, cause });
  }
}

const attempts = 3;

/** Asks again when the network failed; an answer of the host's is final. */
async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, init);
      if (response.ok) return response;
      throw await refusal(response);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (attempt === attempts) throw unreachable(error);
      await new Promise((resolve) => setTimeout(resolve, 400 * attempt));
    }
  }
}

async function refusal(response: Response): Promise<AppError> {
  const told = zWireError.safeParse(await response.json().catch(() => null));
  if (told.success) return fromWireError(told.data);
  // It is there, and does not know this browser any more: the connection says so.
  if (response.status === 401) return unreachable(response.status);
  return toAppError(new Error(`the host answered ${response.status}`));
}
