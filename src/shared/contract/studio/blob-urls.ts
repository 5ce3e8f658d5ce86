/**
 * @file Where bytes are: the same addresses in the browser and in Electron, relative to the page.
 *
 * `GET blobs/NAME` answers with the bytes; it knows ranges, and the answer may be kept for ever. `PUT blobs/NAME` stores
 * bytes under the name they turn out to have, else refuses with 422. Errors are JSON of `zWireError`.
 */
import { AppError } from '#base/app-error';
import { formatBytes } from '#base/format-bytes';
import { z } from 'zod';

import { zBlobName, type BlobName } from '../job-request.ts';

/** Longest sides of thumbnails in pixels; a picture that is smaller comes in its own size. All of them are WebP. */
export const zThumbnailSize = z.literal([128, 256, 512]);
export type ThumbnailSize = z.infer<typeof zThumbnailSize>;

export const blobUrl = (name: BlobName): string => `blobs/${name}`;

export const thumbnailUrl = (name: BlobName, size: ThumbnailSize): string => `blobs/${name}?size=${size}`;

/** Following it saves the blob as a file of that name. */
export const blobDownloadUrl = (name: BlobName, fileName: string): string =>
  `blobs/${name}?as=${encodeURIComponent(fileName)}`;

/** `PUT` puts a blob with this media type; `null` where it is not known, such as for a tile. */
export const blobPutHeaders = (mediaType: string | null): Record<string, string> => ({
  'content-type': mediaType ?? 'application/octet-stream',
});

/** The most that a file may have: more than any picture, and than most documents with all their history. */
export const maxUploadBytes = 8 * 2 ** 30;

export const uploadTooLarge = (sizeBytes: number): AppError =>
  new AppError(
    'image-file-too-large',
    `The file has ${formatBytes(sizeBytes)}; the most that can be opened here is ${formatBytes(maxUploadBytes)}.`,
    { data: { sizeBytes, maxBytes: maxUploadBytes } },
  );

/** `POST` a file here, of any kind and up to `maxUploadBytes`; the answer is JSON of `zUpload`. */
export const uploadUrl = (fileName: string): string => `uploads?name=${encodeURIComponent(fileName)}`;

/** Stands for a file that was sent, until it is used or an hour has passed. */
export const zUploadId = z.uuid().brand('UploadId');
export type UploadId = z.infer<typeof zUploadId>;

export const zUpload = z.object({ upload: zUploadId, sizeBytes: z.int().min(0) });

/** Where an exported file waits to be saved, for an hour. Following it saves the file. */
export const zDownloadUrl = z.string().startsWith('downloads/');

/** A picture that is stored as a blob. */
export const zStoredPicture = z.object({ blob: zBlobName, width: z.int().min(1), height: z.int().min(1) });
export type StoredPicture = z.infer<typeof zStoredPicture>;
