import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileError } from '#files/file-error';
import {
  headerSizeBytes,
  parseSafetensorsHeader,
  prefixSizeBytes,
  type SafetensorsHeader,
  type TensorEntry,
} from '../safetensors.ts';
import type { TensorData } from '../tensor-data.ts';
import { readFully } from './file-range.ts';

/** An open safetensors file with a checked header. Reads by ranges; the file is never held in memory. Close it. */
export class SafetensorsFile {
  readonly path: string;
  readonly tensors: SafetensorsHeader['tensors'];
  readonly metadata: SafetensorsHeader['metadata'];
  readonly #handle: FileHandle;

  private constructor(path: string, header: SafetensorsHeader, handle: FileHandle) {
    this.path = path;
    this.tensors = header.tensors;
    this.metadata = header.metadata;
    this.#handle = handle;
  }

  static async open(path: string): Promise<SafetensorsFile> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw fileError(error, path, 'read a weights file');
    });
    try {
      return new SafetensorsFile(path, await readHeader(handle, path), handle);
    } catch (error) {
      await handle.close();
      throw fileError(error, path, 'read a weights file');
    }
  }

  /** Bytes `fromBytes` to `fromBytes + target.length` of a tensor. */
  async readRange(tensor: TensorEntry, fromBytes: number, target: Uint8Array): Promise<void> {
    await readFully(this.#handle, target, tensor.offsetBytes + fromBytes, basename(this.path));
  }

  async read(tensor: TensorEntry): Promise<TensorData> {
    const bytes = new Uint8Array(tensor.sizeBytes);
    await this.readRange(tensor, 0, bytes);
    return { dtype: tensor.dtype, shape: tensor.shape, bytes };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Every tensor of a file, by name: for files small enough to be held in memory. */
export async function readSafetensors(path: string): Promise<ReadonlyMap<string, TensorData>> {
  const file = await SafetensorsFile.open(path);
  try {
    const tensors = new Map<string, TensorData>();
    for (const tensor of file.tensors.values()) tensors.set(tensor.name, await file.read(tensor));
    return tensors;
  } finally {
    await file.close();
  }
}

async function readHeader(handle: FileHandle, path: string): Promise<SafetensorsHeader> {
  const source = { file: basename(path), fileSizeBytes: (await handle.stat()).size };
  const prefix = new Uint8Array(Math.min(prefixSizeBytes, source.fileSizeBytes));
  await readFully(handle, prefix, 0, source.file);
  const json = new Uint8Array(headerSizeBytes(prefix, source));
  await readFully(handle, json, prefixSizeBytes, source.file);
  return parseSafetensorsHeader(json, source);
}
