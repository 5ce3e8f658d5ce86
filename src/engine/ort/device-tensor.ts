import type { DType } from '#model/ir/tensor-type';
import type { Tensor as OrtValue } from 'onnxruntime-node';

import type { Tensor } from './tensor.ts';

/**
 * An output that stays where it was computed, to be fed to a later run without a copy. It belongs to whoever ran the
 * session, who disposes it; releasing the session disposes what is left of it. It cannot be read: fetch an output as a
 * `Tensor` for that.
 */
export class DeviceTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #name: string;
  readonly #onDispose: () => void;
  #value: OrtValue | undefined;

  constructor(name: string, { dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>, value: OrtValue, onDispose: () => void) {
    this.dtype = dtype;
    this.shape = shape;
    this.#name = name;
    this.#value = value;
    this.#onDispose = onDispose;
  }

  /** The runtime's own handle, for feeding it to a session. */
  get value(): OrtValue {
    if (this.#value === undefined) throw new Error(`Tensor "${this.#name}" was used after it was disposed`);
    return this.#value;
  }

  dispose(): void {
    const value = this.#value;
    if (value === undefined) return;
    this.#value = undefined;
    this.#onDispose();
    value.dispose();
  }
}

/** Owns the device tensors of one piece of work: what was not kept is disposed with the scope. */
export class TensorScope {
  readonly #tensors = new Set<DeviceTensor>();

  track<T extends Tensor | DeviceTensor>(tensor: T): T {
    if (tensor instanceof DeviceTensor) this.#tensors.add(tensor);
    return tensor;
  }

  /** Hands a tensor over to the caller, who owns it from here on. */
  keep<T extends Tensor | DeviceTensor>(tensor: T): T {
    if (tensor instanceof DeviceTensor) this.#tensors.delete(tensor);
    return tensor;
  }

  dispose(): void {
    for (const tensor of this.#tensors) tensor.dispose();
    this.#tensors.clear();
  }
}
