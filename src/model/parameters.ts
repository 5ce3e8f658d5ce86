/** The part of Ovis-U1 a parameter belongs to; each part is one or more graphs of its own. */
export type ModelPart = 'vision' | 'adapter' | 'llm' | 'refiner' | 'decoder' | 'vae';

/**
 * How a parameter is used, which decides how a package stores it:
 * - `linear`: a matrix [out, in] of a linear layer, stored transposed or quantised;
 * - `embedding`: a table [rows, columns] whose rows are looked up by id, and which may serve as an output head (x·Eᵀ);
 * - `mixture`: a table [rows, columns] that weights over its rows are multiplied with (w·E), a few rows also looked up;
 * - `conv`: a convolution kernel [out, in, height, width];
 * - `vector`: norm weights, biases and other small tensors, never quantised.
 */
export type ParameterKind = 'linear' | 'embedding' | 'mixture' | 'conv' | 'vector';

/** One tensor that a model definition needs, by its name and shape in the checkpoint. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  readonly part: ModelPart;
}
