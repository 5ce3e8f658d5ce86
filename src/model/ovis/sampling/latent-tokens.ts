/** Rows and columns of latent cells; each cell is 8 × 8 pixels. */
export interface LatentSize {
  readonly rows: number;
  readonly columns: number;
}

/** A token holds this many latent cells along each side. */
const PACK = 2;

/** What the time axis of a token says: made now, or given as context. */
export const tokenTime = { generated: 0, context: 1 } as const;

/**
 * Packs latents [channels, rows, columns] into tokens [rows / 2 × columns / 2, channels × 4], channels in the order
 * (channel, row, column) of a token's 2 × 2 cells.
 */
export function packLatents(latents: Float32Array, size: LatentSize): Float32Array {
  const tokens = new Float32Array(latents.length);
  forEachCell(latents.length, size, (cell, packed) => (tokens[packed] = latents[cell]!));
  return tokens;
}

/** The inverse of `packLatents`; every value is multiplied by `scale` on the way (1 / scalingFactor for the VAE). */
export function unpackLatents(tokens: Float32Array, size: LatentSize, scale = 1): Float32Array {
  const latents = new Float32Array(tokens.length);
  forEachCell(tokens.length, size, (cell, packed) => (latents[cell] = tokens[packed]! * scale));
  return latents;
}

/** Position ids [rows / 2 × columns / 2, 3] of a picture's tokens: (time, row, column). */
export function imagePositions({ rows, columns }: LatentSize, time: number): Float32Array {
  const across = columns / PACK;
  const positions = new Float32Array((rows / PACK) * across * 3);
  for (let at = 0, token = 0; at < positions.length; at += 3, token++) {
    positions[at] = time;
    positions[at + 1] = Math.floor(token / across);
    positions[at + 2] = token % across;
  }
  return positions;
}

/**
 * Position ids [text + image + context, 3] of the decoder's joint sequence: the text is everywhere at (0, 0, 0).
 *
 * @param context - sizes of the context pictures, in order
 */
export function decoderPositions(
  textTokens: number,
  image: LatentSize,
  context: readonly LatentSize[] = [],
): Float32Array {
  const parts = [
    new Float32Array(textTokens * 3),
    imagePositions(image, tokenTime.generated),
    ...context.map((size) => imagePositions(size, tokenTime.context)),
  ];
  const positions = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    positions.set(part, at);
    at += part.length;
  }
  return positions;
}

/** Calls `visit` with the index of every cell in [channels, rows, columns] and in the packed tokens. */
function forEachCell(
  length: number,
  { rows, columns }: LatentSize,
  visit: (cell: number, packed: number) => void,
): void {
  const channels = length / (rows * columns);
  const across = columns / PACK;
  for (let channel = 0, cell = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const token = Math.floor(row / PACK) * across;
      const inToken = channel * PACK * PACK + (row % PACK) * PACK;
      for (let column = 0; column < columns; column++, cell++) {
        const packed = (token + Math.floor(column / PACK)) * channels * PACK * PACK + inToken + (column % PACK);
        visit(cell, packed);
      }
    }
  }
}
