import { AppError } from '#base/app-error';
import { zBlobName, type BlobName } from '#shared/contract/job-request';

/** Where the canvas gets its pixels from and leaves them: blobs by the SHA-256 of their bytes. */
export interface TileSource {
  /** @throws AppError `blob-missing` */
  get(name: BlobName): Promise<Uint8Array>;
  /** Resolves when the blob is safe; the same bytes give the same name. Retrying is up to the source. */
  put(bytes: Uint8Array<ArrayBuffer>): Promise<BlobName>;
}

/** A source that forgets all when the page is left: for tests and for trying things out. */
export function createMemoryTileSource(): TileSource & { readonly size: number } {
  const blobs = new Map<BlobName, Uint8Array>();
  return {
    get size() {
      return blobs.size;
    },
    get: async (name) => {
      const bytes = blobs.get(name);
      if (!bytes)
        throw new AppError('blob-missing', 'A part of a picture is missing: go back to an earlier step.', {
          data: { blob: name },
        });
      return bytes;
    },
    put: async (bytes) => {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const name = zBlobName.parse(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
      blobs.set(name, bytes);
      return name;
    },
  };
}
