import type { Raster } from '#raster/raster';

/** A model as the evaluation sees it: what a user can ask of it, at one size. */
export interface EvaluatedModel {
  /** Pixels along the sides of what it draws. */
  readonly side: number;
  generate(prompt: string, seed: number): Promise<Raster>;
  /** @returns a picture of the source's size */
  edit(instruction: string, source: Raster, seed: number): Promise<Raster>;
  answer(question: string, picture: Raster): Promise<string>;
  /** Through the VAE and back. */
  reconstruct(picture: Raster): Promise<Raster>;
}
