import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { AppError } from '#base/app-error';
import { readSafetensors } from '#model/weights/node/safetensors-file';
import type { TensorData } from '#model/weights/tensor-data';

/** What the manifest says of one output of the reference. */
export interface ExpectedOutput {
  readonly dtype: 'F32' | 'I32' | 'U8';
  /** Largest difference allowed to an f32 implementation on a CPU; absent for ids and images. */
  readonly atol?: number;
  readonly rms?: number;
  readonly max_abs?: number;
  /** Identical to this other output of the case, and not stored itself. */
  readonly same_as?: string;
}

interface ManifestCase {
  readonly id: string;
  readonly file: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, ExpectedOutput>>;
}

export interface Manifest {
  readonly cases: readonly ManifestCase[];
  /** JSON tables of exact or nearly exact values. */
  readonly tables?: readonly { readonly id: string; readonly file: string }[];
}

/** One case of a golden folder, its tensors in memory. */
export class GoldenCase {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, ExpectedOutput>>;
  readonly #tensors: ReadonlyMap<string, TensorData>;

  private constructor(entry: ManifestCase, tensors: ReadonlyMap<string, TensorData>) {
    this.id = entry.id;
    this.params = entry.params;
    this.outputs = entry.outputs;
    this.#tensors = tensors;
  }

  static async read(folder: string, entry: ManifestCase): Promise<GoldenCase> {
    return new GoldenCase(entry, await readSafetensors(path.join(folder, entry.file)));
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  f32(name: string): Float32Array {
    return new Float32Array(aligned(this.#tensor(name)));
  }

  i32(name: string): Int32Array {
    return new Int32Array(aligned(this.#tensor(name)));
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

  /** What the manifest says of an output, or of the one it is identical to. */
  output(name: string): ExpectedOutput {
    const output = this.outputs[name]!;
    return output.same_as === undefined ? output : this.outputs[output.same_as]!;
  }

  /** The stored elements of an output, whichever name they are stored under. */
  expected(name: string): Float32Array | Int32Array | Uint8Array {
    const stored = `out.${this.outputs[name]!.same_as ?? name}`;
    const { dtype } = this.output(name);
    if (dtype === 'F32') return this.f32(stored);
    return dtype === 'I32' ? this.i32(stored) : this.u8(stored);
  }

  #tensor(name: string): TensorData {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    throw new AppError(
      'golden-invalid',
      `The golden case ${this.id} has no tensor "${name}". Fetch the folder again.`,
      {
        data: { case: this.id, tensor: name },
      },
    );
  }
}

export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, 'manifest.json');
  try {
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Partial<Manifest>;
    if (Array.isArray(manifest.cases)) return manifest as Manifest;
  } catch (error) {
    throw new AppError('golden-invalid', `${file} cannot be read. Name a folder that holds goldens/manifest.json.`, {
      data: { file },
      cause: error,
    });
  }
  throw new AppError('golden-invalid', `${file} lists no cases.`, { data: { file } });
}

/** A copy that starts where typed arrays may. */
function aligned({ bytes }: TensorData): ArrayBuffer {
  return bytes.slice().buffer;
}
