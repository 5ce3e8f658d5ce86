import { copyFile, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { assertNever } from '#base/assert';
import { writeFileDurably } from '#files/durable-write';
import { safeFileName } from '#files/safe-name';
import type { BlobName } from '#shared/contract/job-request';
import type { UploadId } from '#shared/contract/studio/blob-urls';
import type { OpenedFile, StudioExportFormat } from '#shared/contract/studio/files';
import type { DocumentId, NodeId } from '#shared/document/ids';
import { exportDocument, type ExportFormat } from '../library/exchange/export-document.ts';
import { openFile, placePicture, type PlacedPicture } from '../library/exchange/open-file.ts';
import { writeOvis } from '../library/exchange/ovis-file.ts';
import type { Library } from '../library/library.ts';
import type { DocumentDesk } from './document-desk.ts';
import type { WaitingFiles } from './waiting-files.ts';

type FileSource = { readonly upload: UploadId } | { readonly blob: BlobName; readonly fileName: string };

interface ExportWish {
  readonly document: DocumentId;
  readonly node: NodeId | null;
  readonly format: StudioExportFormat;
  readonly withRecipe: boolean;
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly signal?: AbortSignal | undefined;
}

const extensions: Readonly<Record<StudioExportFormat['format'], string>> = {
  png: '.png',
  jpeg: '.jpg',
  webp: '.webp',
  avif: '.avif',
  tiff: '.tiff',
  psd: '.psd',
  ora: '.ora',
  ovis: '.ovis',
};

/** Files on their way into the library and out of it. */
export class FileDesk {
  readonly #library: Library;
  readonly #documents: DocumentDesk;
  readonly #waiting: WaitingFiles;

  constructor(library: Library, documents: DocumentDesk, waiting: WaitingFiles) {
    this.#library = library;
    this.#documents = documents;
    this.#waiting = waiting;
  }

  /** Opens any file the studio reads. @throws AppError as `openFile` */
  async open(source: FileSource, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<OpenedFile> {
    return this.#with(source, (path) => this.openPath(path, { signal }));
  }

  /** As `open`, for a file on the host's disk. */
  async openPath(path: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<OpenedFile> {
    const opened = await openFile(path, this.#library, { signal });
    this.#documents.listChanged();
    return opened;
  }

  /** Takes in a picture without making a document of it. @throws AppError as `placePicture` */
  async place(source: FileSource, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<PlacedPicture> {
    return this.#with(source, async (path) =>
      placePicture(await readFile(path), basename(path), this.#library, { signal }),
    );
  }

  /** Writes a file that waits to be fetched. */
  async export({ document: id, node, format, withRecipe, size, signal }: ExportWish) {
    const written = await this.#documents.use(id, (document) => {
      const fileName = safeFileName(`${document.tree.title || 'untitled'}${extensions[format.format]}`);
      return this.#waiting.add(fileName, async (path) => {
        if (format.format === 'ovis') {
          await writeOvis(this.#library, id, path, { history: format.history, signal });
          return;
        }
        const options = { withRecipe, signal, ...(node && { node }), ...(size && { size }) };
        const bytes = await exportDocument(document, this.#library.blobs, exportFormat(format), options);
        await writeFileDurably(path, bytes);
      });
    });
    const fileName = this.#waiting.nameOf(written.id);
    return {
      url: `downloads/${written.id}/${encodeURIComponent(fileName)}`,
      fileName,
      sizeBytes: written.sizeBytes,
    };
  }

  /** The file behind a source, for as long as the work takes; an upload is used up by it. */
  async #with<T>(source: FileSource, work: (path: string) => Promise<T>): Promise<T> {
    const id = 'upload' in source ? source.upload : (await this.#copyOf(source)).id;
    try {
      return await work(this.#waiting.pathOf(id));
    } finally {
      await this.#waiting.remove(id);
    }
  }

  #copyOf({ blob, fileName }: { readonly blob: BlobName; readonly fileName: string }) {
    return this.#waiting.add(fileName, (path) => copyFile(this.#library.blobs.pathOf(blob), path));
  }
}

function exportFormat(format: Exclude<StudioExportFormat, { format: 'ovis' }>): ExportFormat {
  switch (format.format) {
    case 'png':
    case 'tiff':
    case 'psd':
    case 'ora':
      return { format: format.format };
    case 'jpeg':
    case 'webp':
    case 'avif':
      return { format: format.format, quality: format.quality };
    default:
      return assertNever(format);
  }
}
