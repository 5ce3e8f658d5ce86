import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AppError } from '#base/app-error';
import { throwIfCancelled } from '#base/abort';
import { sha256OfFile } from '#files/content-hash';
import { fileError, systemCode } from '#files/file-error';
import { elementCount as countDims, printType, type TensorType } from '../../ir/tensor-type.ts';
import { elementCount } from '../dtype.ts';
import type { JsonObject } from '../json.ts';
import {
  manifestName,
  parseManifest,
  type PackageFile,
  type PackageManifest,
  type Precision,
} from '../package-manifest.ts';
import type { TensorEntry } from '../safetensors.ts';
import type { TensorData } from '../tensor-data.ts';
import { SafetensorsFile } from './safetensors-file.ts';

/** Where a tensor of a package lies: `offsetBytes` from the start of `file`, which lies in the package's folder. */
export interface StoredTensor extends TensorEntry {
  readonly file: string;
}

/** A package on disk, its manifest and every safetensors header checked. Holds no open file. */
export interface ModelPackage {
  /** Absolute path of the folder. */
  readonly directory: string;
  readonly manifest: PackageManifest;
  readonly name: string;
  readonly precision: Precision;
  /** The checkpoint's `config.json`. */
  readonly config: JsonObject;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readTensor(name: string): Promise<TensorData>;
  /**
   * Where a tensor lies that a graph reads as this type; its shape may divide the same elements in another way.
   * @throws AppError `package-invalid` when the package does not hold it, or holds it in another form
   */
  locate(name: string, type: TensorType): StoredTensor;
}

/** Opens a package folder: reads `model.json` and the headers, not the weights. See `verifyPackage` for their content. */
export async function openPackage(directory: string): Promise<ModelPackage> {
  const root = resolve(directory);
  const manifest = await readManifest(root);
  const tensors = new Map<string, StoredTensor>();
  for (const file of manifest.files) {
    await checkSize(root, file);
    if (!file.name.endsWith('.safetensors')) continue;
    for (const tensor of await readEntries(join(root, file.name))) {
      const twin = tensors.get(tensor.name);
      if (twin !== undefined) throw damaged(file.name, `it holds "${tensor.name}", and so does ${twin.file}`);
      tensors.set(tensor.name, { ...tensor, file: file.name });
    }
  }
  return {
    directory: root,
    manifest,
    name: manifest.name,
    precision: manifest.precision,
    config: manifest.config,
    tensors,
    readTensor: async (name) => readTensor(root, find(tensors, name)),
    locate: (name, type) => locate(find(tensors, name), type),
  };
}

/**
 * Reads every file of a package and compares its SHA-256 with the manifest's.
 * @throws AppError `package-damaged` naming the first file that differs
 */
export async function verifyPackage(
  model: Pick<ModelPackage, 'directory' | 'manifest'>,
  {
    signal,
    onProgress,
  }: { signal?: AbortSignal; onProgress?: (progress: { bytesDone: number; bytesTotal: number }) => void } = {},
): Promise<void> {
  const { files } = model.manifest;
  const bytesTotal = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  let bytesDone = 0;
  for (const file of files) {
    throwIfCancelled(signal);
    await checkSize(model.directory, file);
    const sha256 = await sha256OfFile(join(model.directory, file.name), {
      signal,
      onBytes: (count) => onProgress?.({ bytesDone: (bytesDone += count), bytesTotal }),
    });
    if (sha256 !== file.sha256) throw damaged(file.name, 'its content is not what the manifest says');
  }
}

async function readManifest(directory: string): Promise<PackageManifest> {
  const path = join(directory, manifestName);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(error, path, 'open the model package');
  });
  return parseManifest(text, `${basename(directory)}/${manifestName}`);
}

async function checkSize(directory: string, file: PackageFile): Promise<void> {
  const path = join(directory, file.name);
  const { size } = await stat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') throw damaged(file.name, 'it is missing');
    throw fileError(error, path, 'open the model package');
  });
  if (size !== file.sizeBytes) throw damaged(file.name, `it has ${size} bytes instead of ${file.sizeBytes}`);
}

async function readEntries(path: string): Promise<readonly TensorEntry[]> {
  const file = await SafetensorsFile.open(path);
  await file.close();
  return [...file.tensors.values()];
}

function find(tensors: ReadonlyMap<string, StoredTensor>, name: string): StoredTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw unfit(name, `holds no tensor "${name}"`);
  return tensor;
}

function locate(tensor: StoredTensor, type: TensorType): StoredTensor {
  const { name, dtype, shape } = tensor;
  if (dtype === type.dtype && elementCount(shape) === countDims(type.shape)) return tensor;
  throw unfit(name, `holds "${name}" as ${dtype}[${shape.join(',')}], and ${printType(type)} is needed`);
}

async function readTensor(directory: string, tensor: StoredTensor): Promise<TensorData> {
  const file = await SafetensorsFile.open(join(directory, tensor.file));
  try {
    return await file.read(tensor);
  } finally {
    await file.close();
  }
}

function unfit(tensor: string, reason: string): AppError {
  return new AppError('package-invalid', `The model package ${reason}; import the model again.`, { data: { tensor } });
}

function damaged(file: string, reason: string): AppError {
  return new AppError(
    'package-damaged',
    `${file} is damaged: ${reason}. Put the file back, or import the model again.`,
    {
      data: { file, reason },
    },
  );
}
