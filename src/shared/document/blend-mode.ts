import { z } from 'zod';

/** What a blend mode is called elsewhere. */
interface BlendNames {
  /** `globalCompositeOperation` of a canvas. */
  readonly canvas: string;
  /** Blend mode of a Photoshop layer, as ag-psd spells it. */
  readonly psd: string;
  /** `composite-op` of an OpenRaster layer. */
  readonly ora: string;
}

/**
 * The blend modes that canvas, Photoshop and OpenRaster share (W3C Compositing and Blending Level 1, and `add`).
 * OpenRaster lists no `exclusion`; its name follows the pattern, and a reader that does not know it falls back to normal.
 */
export const blendModes = {
  normal: { canvas: 'source-over', psd: 'normal', ora: 'svg:src-over' },
  darken: { canvas: 'darken', psd: 'darken', ora: 'svg:darken' },
  multiply: { canvas: 'multiply', psd: 'multiply', ora: 'svg:multiply' },
  'color-burn': { canvas: 'color-burn', psd: 'color burn', ora: 'svg:color-burn' },
  lighten: { canvas: 'lighten', psd: 'lighten', ora: 'svg:lighten' },
  screen: { canvas: 'screen', psd: 'screen', ora: 'svg:screen' },
  'color-dodge': { canvas: 'color-dodge', psd: 'color dodge', ora: 'svg:color-dodge' },
  add: { canvas: 'lighter', psd: 'linear dodge', ora: 'svg:plus' },
  overlay: { canvas: 'overlay', psd: 'overlay', ora: 'svg:overlay' },
  'soft-light': { canvas: 'soft-light', psd: 'soft light', ora: 'svg:soft-light' },
  'hard-light': { canvas: 'hard-light', psd: 'hard light', ora: 'svg:hard-light' },
  difference: { canvas: 'difference', psd: 'difference', ora: 'svg:difference' },
  exclusion: { canvas: 'exclusion', psd: 'exclusion', ora: 'svg:exclusion' },
  hue: { canvas: 'hue', psd: 'hue', ora: 'svg:hue' },
  saturation: { canvas: 'saturation', psd: 'saturation', ora: 'svg:saturation' },
  color: { canvas: 'color', psd: 'color', ora: 'svg:color' },
  luminosity: { canvas: 'luminosity', psd: 'luminosity', ora: 'svg:luminosity' },
} as const satisfies Record<string, BlendNames>;

export type BlendMode = keyof typeof blendModes;

/** In the order of a menu: as is, darker, lighter, contrast, inverted, by component. */
export const blendModeNames = Object.keys(blendModes) as [BlendMode, ...BlendMode[]];

export const zBlendMode = z.enum(blendModeNames);

/** Our mode for another program's name, or undefined where we have none. */
export function blendModeFrom(program: keyof BlendNames, name: string): BlendMode | undefined {
  return blendModeNames.find((mode) => blendModes[mode][program] === name);
}
