import * as nodeFs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, defined } from '#base/assert';
import { sha256OfFile } from '#host/files/content-hash';
import { syncFolder } from '#host/files/durable-write';
import { fileError } from '#host/files/file-error';
import type { PackageFile } from '../package-manifest.ts';
import { layOutSafetensors, splitIntoFiles, type TensorEntry, type TensorSpec } from '../safetensors.ts';

/** The file operation that writing needs, so that a test can stand between it and the disk. */
export type WritingFs = Pick<typeof nodeFs, 'open'>;

export interface WeightsWriterOptions {
  /** Largest file; a single tensor beyond it gets a file of its own. Default 1 GiB, see the README. */
  readonly maxFileBytes?: number;
  /** Text pairs for the header of every file. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly fs?: WritingFs;
}

interface OpenFile {
  readonly name: string;
  readonly handle: FileHandle;
}

/**
 * Writes the safetensors files of a folder. All tensors are announced first, which fixes every byte's place; then their
 * bytes may come in any order and in pieces. Close it whatever happens; only `finish` makes the files complete.
 */
export class WeightsWriter {
  readonly #directory: string;
  readonly #files: OpenFile[] = [];
  readonly #places = new Map<string, { readonly handle: FileHandle; readonly entry: TensorEntry }>();
  #missingBytes = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the files with their headers in an existing folder. They are named as Hugging Face names shards. */
  static async create(
    directory: string,
    tensors: readonly TensorSpec[],
    { maxFileBytes = 1 << 30, metadata, fs = nodeFs }: WeightsWriterOptions = {},
  ): Promise<WeightsWriter> {
    const writer = new WeightsWriter(directory);
    try {
      const groups = splitIntoFiles(tensors, maxFileBytes);
      for (const [index, group] of groups.entries()) {
        await writer.#addFile(shardName(index, groups.length), group, metadata, fs);
      }
      return writer;
    } catch (error) {
      await writer.close();
      throw fileError(error, directory, 'write the weights');
    }
  }

  /** Name of the file that each tensor is in. */
  get fileOfTensor(): ReadonlyMap<string, string> {
    const names = new Map(this.#files.map(({ handle, name }) => [handle, name]));
    return new Map([...this.#places].map(([tensor, { handle }]) => [tensor, defined(names.get(handle))]));
  }

  /** Writes `bytes` at `fromBytes` of a tensor. Every byte of every tensor is to be written once. */
  async write(tensor: string, fromBytes: number, bytes: Uint8Array): Promise<void> {
    const { handle, entry } = defined(this.#places.get(tensor), `place of tensor "${tensor}"`);
    assert(fromBytes + bytes.length <= entry.sizeBytes, `tensor "${tensor}" has no room for what is written`);
    await this.#writeFully(handle, bytes, entry.offsetBytes + fromBytes);
    this.#missingBytes -= bytes.length;
  }

  /**
   * Brings everything to the disk and closes the files.
   * @param onBytes is told of bytes as they are hashed
   * @returns the files with their sizes and hashes
   */
  async finish({
    signal,
    onBytes,
  }: { signal?: AbortSignal | undefined; onBytes?: (count: number) => void } = {}): Promise<readonly PackageFile[]> {
    assert(this.#missingBytes === 0, `${this.#missingBytes} bytes of weights were not written`);
    try {
      const finished: PackageFile[] = [];
      for (const { name, handle } of this.#files) {
        await handle.sync();
        const { size: sizeBytes } = await handle.stat();
        const sha256 = await sha256OfFile(join(this.#directory, name), { signal, onBytes });
        finished.push({ name, sizeBytes, sha256 });
      }
      await syncFolder(this.#directory);
      return finished;
    } catch (error) {
      throw fileError(error, this.#directory, 'write the weights');
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const files = this.#files.splice(0);
    await Promise.all(files.map(({ handle }) => handle.close()));
  }

  async #addFile(
    name: string,
    tensors: readonly TensorSpec[],
    metadata: WeightsWriterOptions['metadata'],
    fs: WritingFs,
  ): Promise<void> {
    const { head, entries } = layOutSafetensors(tensors, metadata);
    const handle = await fs.open(join(this.#directory, name), 'wx');
    this.#files.push({ name, handle });
    for (const entry of entries) {
      this.#places.set(entry.name, { handle, entry });
      this.#missingBytes += entry.sizeBytes;
    }
    await this.#writeFully(handle, head, 0);
  }

  async #writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw fileError(error, this.#directory, 'write the weights');
    }
  }
}

function shardName(index: number, count: number): string {
  const digits = (value: number) => String(value).padStart(5, '0');
  return count === 1 ? 'model.safetensors' : `model-${digits(index + 1)}-of-${digits(count)}.safetensors`;
}
