import * as nodeFs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assert, defined } from '#base/assert';
import { sha256OfFile } from '#files/content-hash';
import { syncFolder } from '#files/durable-write';
import { fileError } from '#files/file-error';
import type { PackageFile } from '../package-manifest.ts';
import { layOutSafetensors, splitIntoFiles, type TensorSpec } from '../safetensors.ts';
import type { TensorPlace } from './convert-tensor.ts';
import { writeFully, type FileOpener } from './file-range.ts';

export interface WeightsWriterOptions {
  /** Largest file; a single tensor beyond it gets a file of its own. Default 1 GiB, see the README. */
  readonly maxFileBytes?: number | undefined;
  /** Text pairs for the header of every file. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly fs?: FileOpener | undefined;
}

/**
 * Writes the safetensors files of a folder. All tensors are announced first, which fixes every byte's place; then their
 * bytes may come in any order and in pieces. Close it whatever happens; only `finish` makes the files complete.
 */
export class WeightsWriter {
  /** Where each tensor goes: whoever writes there directly says so with `markWritten`. */
  readonly places: ReadonlyMap<string, TensorPlace>;
  readonly #directory: string;
  readonly #handles: ReadonlyMap<string, FileHandle>;
  readonly #missingBytes: Map<string, number>;

  private constructor(directory: string, places: readonly TensorPlace[], handles: ReadonlyMap<string, FileHandle>) {
    this.#directory = directory;
    this.#handles = handles;
    this.places = new Map(places.map((place) => [place.name, place]));
    this.#missingBytes = new Map(places.map(({ name, sizeBytes }) => [name, sizeBytes]));
  }

  /** Makes the files with their headers in an existing folder. They are named as Hugging Face names shards. */
  static async create(
    directory: string,
    tensors: readonly TensorSpec[],
    { maxFileBytes = 1 << 30, metadata, fs = nodeFs }: WeightsWriterOptions = {},
  ): Promise<WeightsWriter> {
    const handles = new Map<string, FileHandle>();
    const places: TensorPlace[] = [];
    try {
      const groups = splitIntoFiles(tensors, maxFileBytes);
      for (const [index, group] of groups.entries()) {
        const { head, entries } = layOutSafetensors(group, metadata);
        const path = join(directory, shardName(index, groups.length));
        const handle = await fs.open(path, 'wx');
        handles.set(path, handle);
        await writeFully(handle, head, 0);
        for (const entry of entries) places.push({ path, ...entry });
      }
      return new WeightsWriter(directory, places, handles);
    } catch (error) {
      await closeAll(handles);
      throw fileError(error, directory, 'write the weights');
    }
  }

  /** Writes `bytes` at `fromBytes` of a tensor. Every byte of every tensor is to be written once. */
  async write(tensor: string, fromBytes: number, bytes: Uint8Array): Promise<void> {
    const { path, offsetBytes, sizeBytes } = defined(this.places.get(tensor), `place of "${tensor}"`);
    assert(fromBytes + bytes.length <= sizeBytes, `"${tensor}" has no room for what is written`);
    try {
      await writeFully(defined(this.#handles.get(path)), bytes, offsetBytes + fromBytes);
    } catch (error) {
      throw fileError(error, path, 'write the weights');
    }
    this.#missingBytes.set(tensor, defined(this.#missingBytes.get(tensor)) - bytes.length);
  }

  /** Takes note that a tensor was written as a whole, at its place and not through this writer. */
  markWritten(tensor: string): void {
    this.#missingBytes.set(tensor, 0);
  }

  /** Brings everything to the disk, once every byte is written. */
  async sync(): Promise<void> {
    for (const [tensor, bytes] of this.#missingBytes) {
      assert(bytes === 0, `${bytes} bytes of "${tensor}" were not written`);
    }
    try {
      for (const handle of this.#handles.values()) await handle.sync();
      await syncFolder(this.#directory);
    } catch (error) {
      throw fileError(error, this.#directory, 'write the weights');
    }
  }

  /**
   * Brings everything to the disk, closes the files and hashes them.
   * @param onBytes is told of bytes as they are hashed
   * @returns the files with their sizes and hashes
   */
  async finish({
    signal,
    onBytes,
  }: { signal?: AbortSignal | undefined; onBytes?: ((count: number) => void) | undefined } = {}): Promise<
    readonly PackageFile[]
  > {
    await this.sync();
    try {
      const finished: PackageFile[] = [];
      for (const [path, handle] of this.#handles) {
        const { size: sizeBytes } = await handle.stat();
        finished.push({ name: basename(path), sizeBytes, sha256: await sha256OfFile(path, { signal, onBytes }) });
      }
      return finished;
    } catch (error) {
      throw fileError(error, this.#directory, 'write the weights');
    } finally {
      await this.close();
    }
  }

  /** May be called again. */
  async close(): Promise<void> {
    await closeAll(this.#handles);
  }
}

async function closeAll(handles: ReadonlyMap<string, FileHandle>): Promise<void> {
  await Promise.all([...handles.values()].map((handle) => handle.close()));
}

function shardName(index: number, count: number): string {
  const digits = (value: number) => String(value).padStart(5, '0');
  return count === 1 ? 'model.safetensors' : `model-${digits(index + 1)}-of-${digits(count)}.safetensors`;
}
