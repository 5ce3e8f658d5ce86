import { type Patch, clipPatch, pastePatch } from '#raster/patch';
import { type Raster } from '#raster/raster';
import { type Alignment } from './align-result.ts';
import { type ColourReport } from './match-colours.ts';
import { type ContextFrame } from './context-frame.ts';
import { type Overlay, cutPatch } from './cut-patch.ts';
import { recipe } from './recipe.ts';

/** Things worth telling about a result that is delivered all the same. */
export type CompositeWarning =
  /** The model moved the picture by more than a few pixels; it was moved back. */
  | 'shifted-far'
  /** The model seems to have moved the picture, but no shift brings it back. */
  | 'alignment-unsure'
  /** The region leaves too little of the picture to match colours with. */
  | 'colours-unmatched'
  /** The result is the picture itself. */
  | 'nothing-changed'
  /** Most of the picture changed: the result was taken as a whole. */
  | 'changed-everywhere';

interface CompositeReport {
  readonly alignment: Alignment;
  /** Undefined when the colours were left as they were. */
  readonly colours: ColourReport | undefined;
  /** Share of the picture's pixels that may differ from before. */
  readonly changedFraction: number;
  readonly warnings: readonly CompositeWarning[];
}

export interface Composite {
  /** The whole picture; wherever the patch is transparent its bytes are the original's. */
  readonly image: Raster;
  /** What was laid over it, for a layer of its own; undefined when nothing changed. */
  readonly patch: Patch | undefined;
  readonly report: CompositeReport;
}

/**
 * Lays the finished result over the picture, through the blend mask. What was transparent is `covered` by the result, or
 * `kept` as transparent as it was.
 */
export function composeResult(
  picture: Raster,
  frame: ContextFrame,
  overlay: Overlay,
  { transparency }: { transparency: 'covered' | 'kept' },
): { image: Raster; patch: Patch | undefined } {
  const patch = cutPatch(overlay, frame, picture);
  if (!patch) return { image: picture, patch };
  return {
    image: pastePatch(picture, patch, { transparency }),
    patch: transparency === 'kept' ? clipPatch(patch, picture) : patch,
  };
}

export function alignmentWarnings({ outcome, displacementPx }: Alignment): readonly CompositeWarning[] {
  if (outcome === 'unsure') return ['alignment-unsure'];
  return displacementPx > recipe.alignment.warnFromModelPx ? ['shifted-far'] : [];
}

/** Share of the picture's pixels on which the patch has any alpha. */
export function coveredFraction(patch: Patch | undefined, picture: { width: number; height: number }): number {
  if (!patch) return 0;
  let covered = 0;
  for (let i = 3; i < patch.raster.data.length; i += 4) if (patch.raster.data[i]! > 0) covered++;
  return covered / (picture.width * picture.height);
}
