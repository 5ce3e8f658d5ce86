import type { TensorData } from '#model/weights/tensor-data';
import { GoldenTensors, readCaseTensors, type CaseEntry } from '#train/parity/golden';

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

interface ManifestCase extends CaseEntry {
  readonly outputs: Readonly<Record<string, ExpectedOutput>>;
}

export interface Manifest {
  readonly cases: readonly ManifestCase[];
  /** JSON tables of exact or nearly exact values. */
  readonly tables?: readonly { readonly id: string; readonly file: string }[];
}

/** One case of a golden folder, its tensors in memory. */
export class GoldenCase extends GoldenTensors {
  readonly outputs: Readonly<Record<string, ExpectedOutput>>;

  private constructor(entry: ManifestCase, tensors: ReadonlyMap<string, TensorData>) {
    super(entry, tensors);
    this.outputs = entry.outputs;
  }

  static async read(folder: string, entry: ManifestCase): Promise<GoldenCase> {
    return new GoldenCase(entry, await readCaseTensors(folder, entry));
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
}
