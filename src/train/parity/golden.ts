/** @file Golden folders: a manifest that lists cases, a safetensors file for each, and the rows that comparing gives. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { AppError } from '#base/app-error';
import { readSafetensors } from '#model/weights/node/safetensors-file';
import type { TensorData } from '#model/weights/tensor-data';

/** A line of the table. */
export interface ParityRow {
  readonly case: string;
  readonly tensor: string;
  /** Largest absolute difference. */
  readonly error: number;
  readonly allowed: number;
  readonly passed: boolean;
  /** Error as a share of the tensor's root mean square; null for ids and pictures, and where the manifest gives none. */
  readonly relative: number | null;
}

/** What every kind of manifest says of a case. */
export interface CaseEntry {
  readonly id: string;
  readonly file: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The tensors of one case, in memory. */
export class GoldenTensors {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly #tensors: ReadonlyMap<string, TensorData>;

  constructor({ id, params }: CaseEntry, tensors: ReadonlyMap<string, TensorData>) {
    this.id = id;
    this.params = params;
    this.#tensors = tensors;
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  f32(name: string): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#copy(name));
  }

  i32(name: string): Int32Array {
    return new Int32Array(this.#copy(name));
  }

  u8(name: string): Uint8Array {
    return this.#tensor(name).bytes;
  }

  number(param: string): number {
    return Number(this.params[param]);
  }

  text(param: string): string {
    return String(this.params[param]);
  }

  /** Starts where typed arrays may. */
  #copy(name: string): ArrayBuffer {
    return this.#tensor(name).bytes.slice().buffer;
  }

  #tensor(name: string): TensorData {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    throw new AppError(
      'golden-invalid',
      `The golden case ${this.id} has no tensor "${name}". Fetch the folder again.`,
      { data: { case: this.id, tensor: name } },
    );
  }
}

export function readCaseTensors(folder: string, { file }: CaseEntry): Promise<ReadonlyMap<string, TensorData>> {
  return readSafetensors(path.join(folder, file));
}

/** Reads `manifest.json`; what its cases hold beyond `CaseEntry` is the caller's to know. */
export async function readManifest<M extends { readonly cases: readonly CaseEntry[] }>(folder: string): Promise<M> {
  const file = path.join(folder, 'manifest.json');
  try {
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Partial<M>;
    if (Array.isArray(manifest.cases)) return manifest as M;
  } catch (error) {
    throw new AppError('golden-invalid', `${file} cannot be read. Name a folder of golden cases.`, {
      data: { file },
      cause: error,
    });
  }
  throw new AppError('golden-invalid', `${file} lists no cases.`, { data: { file } });
}

/** Largest |a − b|; infinite when the lengths differ or a value is not a number. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
