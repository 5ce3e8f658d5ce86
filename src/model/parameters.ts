/** The part of Ovis-U1 a parameter belongs to; each part is one or more graphs of its own. */
export type ModelPart = 'vision' | 'adapter' | 'llm' | 'refiner' | 'decoder' | 'vae';

/**
 * How a parameter is used, which decides how a package stores it:
 * - `linear`: a matrix [out, in] of a linear layer, stored transposed or quantised;
 * - `embedding`: rows looked up by id, or multiplied from the left, stored as they are;
 * - `conv`: a convolution kernel [out, in, height, width];
 * - `vector`: norm weights, biases and other small tensors, never quantised.
 */
export type ParameterKind = 'linear' | 'embedding' | 'conv' | 'vector';

/** One tensor that a model definition needs, by its name and shape in the checkpoint. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  readonly part: ModelPart;
}
