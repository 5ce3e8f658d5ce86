/** Velocities of the three branches of an edit, all [tokens, channels]. */
export interface EditVelocities {
  /** Unconditional text, blank picture, no context tokens. */
  readonly none: Float32Array;
  /** Unconditional text, the source picture, its context tokens. */
  readonly image: Float32Array;
  /** The instruction, the source picture, its context tokens. */
  readonly full: Float32Array;
}

/** Classifier-free guidance by the text: unconditional + scale · (conditional − unconditional). */
export function guideByText(unconditional: Float32Array, conditional: Float32Array, scale: number): Float32Array {
  return unconditional.map((base, i) => base + scale * (conditional[i]! - base));
}

/** Guidance of an edit: none + image scale · (image − none) + text scale · (full − image). */
export function guideEdit(
  { none, image, full }: EditVelocities,
  scales: { readonly image: number; readonly text: number },
): Float32Array {
  return none.map((base, i) => base + scales.image * (image[i]! - base) + scales.text * (full[i]! - image[i]!));
}
