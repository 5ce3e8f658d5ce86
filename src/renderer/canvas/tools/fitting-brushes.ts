import type { Size } from '#shared/document/geometry';
import type { Brush } from '../pixels/brush.ts';
import type { ToolSettings } from './tool-settings.ts';

/** Parts of the shorter side of a document; large documents begin with the usual sizes. */
const partOfSide = { brush: 1 / 16, eraser: 1 / 16, maskBrush: 1 / 8 } as const;
type BrushKey = keyof typeof partOfSide;

/**
 * Settings with brushes that fit a document of another size than before: on a small picture the usual ones would cover a
 * good part of it. A size that somebody has set stays.
 *
 * @param usual what a large document begins with
 * @param before null for settings that nobody can have touched
 */
export function withFittingBrushes(
  settings: ToolSettings,
  usual: ToolSettings,
  before: Size | null,
  after: Size,
): ToolSettings {
  const sizeIn = (key: BrushKey, { width, height }: Size): number =>
    Math.max(1, Math.min(usual[key].size, Math.round(Math.min(width, height) * partOfSide[key])));
  const fitting = (key: BrushKey): Brush => {
    const isSet = before !== null && settings[key].size !== sizeIn(key, before);
    return isSet ? settings[key] : { ...settings[key], size: sizeIn(key, after) };
  };
  return { ...settings, brush: fitting('brush'), eraser: fitting('eraser'), maskBrush: fitting('maskBrush') };
}
