import type { AdaptLinear } from '#model/nn/builder';
import type { TensorData } from '#model/weights/tensor-data';

import { lowRankAdapters } from '../adapters/low-rank.ts';
import type { LoadGraph } from '../runtime.ts';
import { GoldenTensors, maxDifference, readCaseTensors, type CaseEntry, type ParityRow } from './golden.ts';

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

export interface ManifestCase extends CaseEntry {
  readonly outputs: Readonly<Record<string, ExpectedTensor>>;
  readonly gradients: Readonly<Record<string, ExpectedTensor>>;
  readonly no_gradient: readonly string[];
}

/** One case of a `gradients` folder, its tensors in memory. */
export class GradientCase extends GoldenTensors {
  readonly outputs: Readonly<Record<string, ExpectedTensor>>;
  readonly gradients: Readonly<Record<string, ExpectedTensor>>;
  /** Parameters the loss does not depend on. */
  readonly withoutGradient: readonly string[];

  private constructor(entry: ManifestCase, tensors: ReadonlyMap<string, TensorData>) {
    super(entry, tensors);
    this.outputs = entry.outputs;
    this.gradients = entry.gradients;
    this.withoutGradient = entry.no_gradient;
  }

  static async read(folder: string, entry: ManifestCase): Promise<GradientCase> {
    return new GradientCase(entry, await readCaseTensors(folder, entry));
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
  compare(name: string, actual: Float32Array): ParityRow {
    const tensor = name.slice(name.indexOf('.') + 1);
    const { atol = 0, rms } = (name.startsWith('out.') ? this.outputs : this.gradients)[tensor]!;
    const error = maxDifference(this.f32(name), actual);
    const relative = rms ? error / rms : null;
    return { case: this.id, tensor: name, error, allowed: atol, passed: error <= atol, relative };
  }
}
