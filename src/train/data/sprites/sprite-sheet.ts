import type { StyleId } from '../vocabulary/styles.ts';

/**
 * All sprites and letters, drawn once, in one block of memory that worker threads share. The index is plain data; the
 * block is read-only after it was built.
 */
export interface SpriteSheet {
  /** By `spriteKey`. */
  readonly sprites: ReadonlyMap<string, Sprite>;
  /** One white letter each, by character. */
  readonly letters: ReadonlyMap<string, Sprite>;
  /** Every level's pixels, and its paint mask where it has one, at the offsets that the levels name. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

/** A picture cut to its visible pixels, in falling sizes so that drawing it small needs only a look at four pixels. */
export interface Sprite {
  /** Largest first; the first one's longer side is `largestSide`. */
  readonly levels: readonly SpriteLevel[];
  /** Luma (0..255) of the colour that covers most of it: what a paint takes the place of. */
  readonly mainLuma: number;
}

export interface SpriteLevel {
  readonly width: number;
  readonly height: number;
  /** RGBA, premultiplied, row-major. */
  readonly offset: number;
  /** One byte a pixel: how much of it takes a paint's colour; absent for sprites that keep theirs. */
  readonly paintOffset?: number;
}

export const largestSide = 160;
/** Steps of √2: bilinear sampling between them neither blurs nor aliases visibly. */
export const levelSides = [160, 113, 80, 57, 40, 28, 20] as const;

export function spriteKey(object: string, style: StyleId): string {
  return `${object}/${style}`;
}

export function spriteOf(sheet: SpriteSheet, object: string, style: StyleId): Sprite {
  const sprite = sheet.sprites.get(spriteKey(object, style));
  if (!sprite) throw new Error(`Invariant broken: no sprite of ${object} in ${style}`);
  return sprite;
}

export function letterOf(sheet: SpriteSheet, character: string): Sprite {
  const letter = sheet.letters.get(character);
  if (!letter) throw new Error(`Invariant broken: no letter ${character}`);
  return letter;
}
