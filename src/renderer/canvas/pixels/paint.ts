import { assertNever } from '#base/assert';
import { tileSide } from '#shared/document/tile-index';
import type { Colour } from './colour.ts';
import type { Channels, Tile } from './surface.ts';

/** What a brush or a fill does to the pixels it covers. */
export type Paint =
  | {
      readonly kind: 'colour';
      readonly colour: Colour;
      /** Paints only on what is there. */ readonly keepAlpha?: boolean;
    }
  | { readonly kind: 'erase' }
  /** One channel: towards 255 or towards 0. */
  | { readonly kind: 'mask'; readonly value: 0 | 255 };

export interface PaintJob {
  readonly paint: Paint;
  readonly channels: Channels;
  /** Untouched pixels of the tile; undefined where there are none. */
  readonly base: Tile | undefined;
  readonly target: Tile;
  /** 0 to 1 for each pixel of the tile, or 0 to 255 in bytes. */
  readonly coverage: Float32Array | Uint8Array;
  readonly opacity: number;
  /** 0 to 255: how much of each pixel may be painted at all. */
  readonly clip: Tile | undefined;
  /** Which part of the tile: its first pixel, and its size. */
  readonly offset: number;
  readonly width: number;
  readonly height: number;
}

/** Writes base and paint, mixed by coverage, to a part of the target tile, which starts as a copy of the base. */
export function paintPixels(job: PaintJob): void {
  const { paint, coverage, clip, offset, width, height } = job;
  const scale = (coverage instanceof Float32Array ? 1 : 1 / 255) * job.opacity * (clip ? 1 / 255 : 1);
  for (let row = 0; row < height; row++) {
    const start = offset + row * tileSide;
    for (let i = start; i < start + width; i++) {
      const amount = coverage[i]! * scale * (clip ? clip[i]! : 1);
      // Coverage never shrinks, so what it does not reach is still as it was.
      if (amount === 0) continue;
      if (paint.kind === 'mask') paintMask(job, i, amount, paint.value);
      else if (paint.kind === 'erase') erase(job, i * 4, amount);
      else if (paint.kind === 'colour') paintColour(job, i * 4, amount, paint.colour, paint.keepAlpha === true);
      else assertNever(paint);
    }
  }
}

function paintMask({ base, target }: PaintJob, i: number, amount: number, value: number): void {
  const old = base ? base[i]! : 0;
  target[i] = old + (value - old) * amount + 0.5;
}

function erase({ base, target }: PaintJob, i: number, amount: number): void {
  if (!base) return;
  target[i + 3] = base[i + 3]! * (1 - amount) + 0.5;
  // Colour without alpha would only make files larger.
  const gone = target[i + 3] === 0;
  target[i] = gone ? 0 : base[i]!;
  target[i + 1] = gone ? 0 : base[i + 1]!;
  target[i + 2] = gone ? 0 : base[i + 2]!;
}

function paintColour({ base, target }: PaintJob, i: number, amount: number, colour: Colour, keepAlpha: boolean): void {
  const below = base ? base[i + 3]! / 255 : 0;
  const alpha = keepAlpha ? below : amount + below * (1 - amount);
  if (alpha === 0) return;
  const share = keepAlpha ? amount : amount / alpha;
  const red = base ? base[i]! : 0;
  const green = base ? base[i + 1]! : 0;
  const blue = base ? base[i + 2]! : 0;
  target[i] = red + (colour.red - red) * share + 0.5;
  target[i + 1] = green + (colour.green - green) * share + 0.5;
  target[i + 2] = blue + (colour.blue - blue) * share + 0.5;
  target[i + 3] = alpha * 255 + 0.5;
}
