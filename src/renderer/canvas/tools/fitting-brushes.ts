import type { ToolSettings } from './tool-settings.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Parts of the shorter side of a document; large documents begin with the usual sizes. */
const partOfSide = { brush: 1 / 16, eraser: 1 / 16, maskBrush: 1 / 8 } as const;
const brushes = ['brush', 'eraser', 'maskBrush'] as const;

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
  const sizeIn = (key: (typeof brushes)[number], { width, height }: Size): number =>
    Math.max(1, Math.min(usual[key].size, Math.round(Math.min(width, height) * partOfSide[key])));
  return brushes.reduce((fitted, key) => {
    if (before && settings[key].size !== sizeIn(key, before)) return fitted;
    return { ...fitted, [key]: { ...settings[key], size: sizeIn(key, after) } };
  }, settings);
}
