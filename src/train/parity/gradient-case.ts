import path from 'node:path';

import { AppError } from '#base/app-error';
import type { AdaptLinear } from '#model/nn/builder';
import { readSafetensors } from '#model/weights/node/safetensors-file';
import type { TensorData } from '#model/weights/tensor-data';

import { lowRankAdapters } from '../adapters/low-rank.ts';
import type { LoadGraph } from '../runtime.ts';

/** One compared tensor. */
export interface GradientRow {
  readonly case: string;
  readonly tensor: string;
  /** Largest absolute difference. */
  readonly error: number;
  readonly allowed: number;
  readonly passed: boolean;
  /** Error as a share of the tensor's root mean square, where the manifest gives that. */
  readonly relative: number | null;
}

export interface GradientOptions {
  readonly loadGraph: LoadGraph;
  /** Build with the fused operators that training uses (default), or with composites only. */
  readonly fused?: boolean;
  readonly signal?: AbortSignal;
}

/** What the manifest says of one tensor. */
export interface ExpectedTensor {
  readonly dtype: 'F32' | 'I32' | 'U8';
  readonly shape: readonly number[];
  readonly atol?: number;
  readonly rms?: number;
  /** Of `adamw`: root mean square allowed, and the bound where the mask is 0. */
  readonly rms_atol?: number;
  readonly atol_unmasked?: number;
}

export interface ManifestCase {
  readonly id: string;
  readonly file: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, ExpectedTensor>>;
  readonly gradients: Readonly<Record<string, ExpectedTensor>>;
  readonly no_gradient: readonly string[];
}

/** One case of a `gradients` folder, its tensors in memory. */
export class GradientCase {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, ExpectedTensor>>;
  readonly gradients: Readonly<Record<string, ExpectedTensor>>;
  /** Parameters the loss does not depend on. */
  readonly withoutGradient: readonly string[];
  readonly #tensors: ReadonlyMap<string, TensorData>;

  private constructor(entry: ManifestCase, tensors: ReadonlyMap<string, TensorData>) {
    this.id = entry.id;
    this.params = entry.params;
    this.outputs = entry.outputs;
    this.gradients = entry.gradients;
    this.withoutGradient = entry.no_gradient;
    this.#tensors = tensors;
  }

  static async read(folder: string, entry: ManifestCase): Promise<GradientCase> {
    return new GradientCase(entry, await readSafetensors(path.join(folder, entry.file)));
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  f32(name: string): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#tensor(name).bytes.slice().buffer);
  }

  i32(name: string): Int32Array {
    return new Int32Array(this.#tensor(name).bytes.slice().buffer);
  }

  u8(name: string): Uint8Array {
    return this.#tensor(name).bytes;
  }

  number(param: string): number {
    return Number(this.params[param]);
  }

  /** The adapters of a `lora` case. */
  adapters(): AdaptLinear | undefined {
    const { targets } = this.params;
    if (!Array.isArray(targets)) return undefined;
    const layers = new Set(targets as readonly string[]);
    return lowRankAdapters({
      rank: this.number('r'),
      alpha: this.number('alpha'),
      adapts: (layer) => layers.has(layer),
    });
  }

  /** @param name `out.…` or `grad.…` */
  compare(name: string, actual: Float32Array): GradientRow {
    const tensor = name.slice(name.indexOf('.') + 1);
    const { atol = 0, rms } = (name.startsWith('out.') ? this.outputs : this.gradients)[tensor]!;
    const error = maxDifference(this.f32(name), actual);
    const relative = rms ? error / rms : null;
    return { case: this.id, tensor: name, error, allowed: atol, passed: error <= atol, relative };
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

/** Largest |a − b|; infinite when the lengths differ or a value is not a number. */
export function maxDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
