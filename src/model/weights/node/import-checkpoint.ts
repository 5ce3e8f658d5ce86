import { basename, join } from 'node:path';
import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { defined } from '#base/assert';
import { sha256OfFile } from '#files/content-hash';
import { writeFileDurably } from '#files/durable-write';
import { parseOvisConfig } from '../../ovis/config.ts';
import { isUnusedParameter, ovisParameters } from '../../ovis/parameters.ts';
import { loadTokenizer } from '../../ovis/text/tokenizer.ts';
import type { ParameterSpec } from '../../parameters.ts';
import { parseJsonObject, type JsonObject } from '../json.ts';
import { storedForms } from '../layout.ts';
import { matchParameters } from '../match-parameters.ts';
import {
  formatManifest,
  manifestName,
  type PackageFile,
  type PackageManifest,
  type Precision,
} from '../package-manifest.ts';
import { tensorSizeBytes } from '../safetensors.ts';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { convertAll, type UnboundedTask } from './convert-all.ts';
import { createFolder } from './create-folder.ts';
import type { FileOpener } from './file-range.ts';
import { WeightsWriter } from './weights-writer.ts';

/** How far an import is. Bytes are those of the checkpoint's weights as they are converted, then of the files as they are hashed. */
export interface ImportProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** The tensor, later the file, that is being worked on. */
  readonly item: string;
}

export interface ImportOptions {
  readonly precision: Precision;
  /** What a person calls the model; the name of the checkpoint's folder if not given. */
  readonly name?: string | undefined;
  /** What else the package should say about where it comes from, such as a repository and a revision. */
  readonly origin?: JsonObject | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Largest weights file; see `WeightsWriter`. */
  readonly maxFileBytes?: number | undefined;
  /** The built `conversion-thread.ts`: conversions then run in several threads. Without, they run in this one. */
  readonly threadScript?: string | URL | undefined;
  /** Takes the place of the file system, in this thread. */
  readonly fs?: FileOpener | undefined;
}

export interface ImportReport {
  readonly manifest: PackageManifest;
  /** Of weights, in the checkpoint and in the package. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly durationMs: number;
}

/**
 * Turns a Hugging Face folder into a model package in one streaming pass. The package appears as a whole when it is
 * complete and verified by its hashes, or not at all.
 * @throws AppError see `openCheckpoint`, `matchParameters`, `createFolder` and `convertTensor`
 */
export async function importCheckpoint(
  checkpointFolder: string,
  packageFolder: string,
  options: ImportOptions,
): Promise<ImportReport> {
  const startMs = performance.now();
  throwIfCancelled(options.signal);
  const checkpoint = await openCheckpoint(checkpointFolder);
  const parameters = parametersOf(checkpoint);
  const stored = parameters.flatMap((spec) => storedForms(spec, options.precision));
  const bytesRead = sum(parameters.map(({ name }) => placeOf(checkpoint, name).sizeBytes));
  const bytesWritten = sum(stored.map(tensorSizeBytes));
  const report = progressReporter(bytesRead + bytesWritten, options);
  const name = options.name ?? basename(checkpoint.directory);
  const room = {
    neededBytes: bytesWritten + roomForTheRestBytes,
    purpose: `Importing ${name}`,
    signal: options.signal,
  };
  const manifest = await createFolder(packageFolder, room, async (folder, signal) => {
    const { maxFileBytes, fs } = options;
    const writer = await WeightsWriter.create(folder, stored, { maxFileBytes, fs, metadata: { format: 'pt' } });
    try {
      const tasks = parameters.map((spec) => conversionTask(spec, options.precision, checkpoint, writer));
      await convertAll(tasks, { ...options, signal, onBytes: report });
      for (const { name } of stored) writer.markWritten(name);
      const weights = await writer.finish({ signal, onBytes: (count) => report('checksums', count) });
      const manifest = manifestOf(checkpoint, name, options, [...weights, ...(await writeTexts(folder, checkpoint))]);
      await writeFileDurably(join(folder, manifestName), formatManifest(manifest));
      return manifest;
    } finally {
      await writer.close();
    }
  });
  return { manifest, bytesRead, bytesWritten, durationMs: performance.now() - startMs };
}

function conversionTask(
  spec: ParameterSpec,
  precision: Precision,
  checkpoint: Checkpoint,
  { places }: WeightsWriter,
): UnboundedTask {
  const targets = storedForms(spec, precision).map(({ name }) => defined(places.get(name)));
  return { spec, precision, source: placeOf(checkpoint, spec.name), targets };
}

/** What the text files and the headers of the weights files may take. */
const roomForTheRestBytes = 50_000_000;

/** The parameters of the checkpoint's configuration, once all of its files are known to fit each other. */
function parametersOf({ config, texts, tensors }: Checkpoint): readonly ParameterSpec[] {
  const preprocessor = texts.get('preprocessor_config.json');
  const source = { file: 'preprocessor_config.json', code: 'model-config-invalid' } as const;
  const preprocessorConfig = preprocessor === undefined ? undefined : parseJsonObject(preprocessor, source);
  const sizes = parseOvisConfig({ config, preprocessorConfig });
  const { idCount } = loadTokenizer(Object.fromEntries(texts));
  const rows = sizes.llm.vocabularySize;
  if (idCount > rows) {
    throw new AppError(
      'tokenizer-invalid',
      `The tokenizer has ids up to ${idCount - 1} and the model knows ${rows} only; get the tokenizer that belongs to it.`,
      { data: { idCount, rows } },
    );
  }
  const parameters = ovisParameters(sizes);
  matchParameters(parameters, tensors, isUnusedParameter);
  return parameters;
}

async function writeTexts(folder: string, { texts }: Checkpoint): Promise<readonly PackageFile[]> {
  const files: PackageFile[] = [];
  for (const [name, text] of texts) {
    const path = join(folder, name);
    await writeFileDurably(path, text);
    files.push({ name, sizeBytes: Buffer.byteLength(text), sha256: await sha256OfFile(path) });
  }
  return files;
}

function manifestOf(
  checkpoint: Checkpoint,
  name: string,
  { precision, origin }: ImportOptions,
  files: readonly PackageFile[],
): PackageManifest {
  return {
    name,
    kind: 'ovis-u1',
    precision,
    licence: licenceOf(checkpoint.texts.get('README.md')),
    origin: { kind: 'import', folder: basename(checkpoint.directory), ...origin },
    config: checkpoint.config,
    files,
  };
}

/** A model card states the licence in the YAML lines at its top. */
function licenceOf(card: string | undefined): string | null {
  const head = /^---\r?\n(.*?)\r?\n---/s.exec(card ?? '')?.[1] ?? '';
  return /^license:\s*["']?([\w.+-]+)/m.exec(head)?.[1] ?? null;
}

function placeOf({ tensors }: Checkpoint, name: string) {
  return defined(tensors.get(name), name);
}

/** Adds up and passes on. */
function progressReporter(bytesTotal: number, { onProgress }: ImportOptions): (item: string, bytes: number) => void {
  let bytesDone = 0;
  return (item, bytes) => {
    bytesDone += bytes;
    onProgress?.({ bytesDone: Math.min(Math.round(bytesDone), bytesTotal), bytesTotal, item });
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
