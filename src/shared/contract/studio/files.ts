import { z } from 'zod';

import { maxSide } from '#shared/document/document';
import { zDocumentId, zNodeId } from '#shared/document/ids';
import { zPromptState } from '#shared/document/prompt-state';
import { call } from '../call.ts';
import { zBlobName, zJobRequest } from '../job-request.ts';
import { zDownloadUrl, zStoredPicture, zUploadId } from './blob-urls.ts';

const zSide = z.int().min(1).max(maxSide);
const quality = { quality: z.int().min(1).max(100) };

/** How to write a document. Pictures are flattened; the others keep the layers. */
export const zExportFormat = z.discriminatedUnion('format', [
  z.object({ format: z.literal('png') }),
  z.object({ format: z.literal('jpeg'), ...quality }),
  z.object({ format: z.literal('webp'), ...quality }),
  z.object({ format: z.literal('avif'), ...quality }),
  z.object({ format: z.literal('tiff') }),
  z.object({ format: z.literal('psd') }),
  z.object({ format: z.literal('ora') }),
  /** Everything: layers, and as much of the history as is asked for. */
  z.object({ format: z.literal('ovis'), history: z.enum(['whole', 'path', 'current']).default('whole') }),
]);
export type StudioExportFormat = z.infer<typeof zExportFormat>;

/** What could not be taken over as it was, so that a person can be told; `layer` is empty for the whole file. */
const zImportNote = z.object({
  kind: z.enum(['blend-mode', 'adjustment', 'effects', 'clipping', 'rasterised', 'profile', 'depth', 'unreadable']),
  layer: z.string(),
});

export const zOpenedFile = z.object({
  document: zDocumentId,
  /** The step it shows, where the file is a picture of work that is in the library; otherwise the document is new. */
  node: zNodeId.nullable(),
  notes: z.array(zImportNote).readonly(),
});
export type OpenedFile = z.infer<typeof zOpenedFile>;

/** A file that was uploaded, or bytes that are a blob already. */
const zFileSource = z.union([z.object({ upload: zUploadId }), z.object({ blob: zBlobName, fileName: z.string() })]);

/** A picture as a layer can have it: `{ kind: 'picture', ...picture }` is its pixels. */
const zPlaceablePicture = z.object({
  picture: zStoredPicture,
  /** How it was made, where the file says so. */
  recipe: zJobRequest.nullable(),
  /** The prompt bar with that, also of other programs. */
  prompt: zPromptState.nullable(),
  notes: z.array(zImportNote).readonly(),
});

export const filesContract = {
  /**
   * Opens any file the studio reads, told by its bytes: a studio file, Photoshop, OpenRaster, or a picture. A picture that
   * was exported from here leads back to its work; of any other, the recipe fills the prompt bar.
   */
  open: call.input(z.object({ source: zFileSource })).output(zOpenedFile),
  /** Takes in a picture to be placed on a canvas or handed to a job. It goes to the gallery too. */
  place: call.input(z.object({ source: zFileSource })).output(zPlaceablePicture),
  /** Writes a step of a document as a file, which then waits at `url`. */
  export: call
    .input(
      z.object({
        document: zDocumentId,
        /** Null is the current step. */
        node: zNodeId.nullable().default(null),
        format: zExportFormat,
        /** Whether a picture says how it was made. */
        withRecipe: z.boolean().default(true),
        /** Of a picture in pixels, where it shall not be that of the document. */
        size: z.object({ width: zSide, height: zSide }).nullable().default(null),
      }),
    )
    .output(z.object({ url: zDownloadUrl, fileName: z.string(), sizeBytes: z.int().min(0) })),
};
