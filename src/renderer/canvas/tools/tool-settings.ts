import { defaultBrush, type Brush } from '../pixels/brush.ts';
import { black, type Colour } from '../pixels/colour.ts';
import type { SelectionMode } from '../pixels/selection.ts';

/** How a flood compares pixels. */
export interface FloodChoice {
  /** 0 to 255. */
  readonly tolerance: number;
  readonly contiguous: boolean;
  /** Looks at all that can be seen, not only at the active layer. */
  readonly sampleAll: boolean;
}

/** Everything the user can set about tools. */
export interface ToolSettings {
  readonly colour: Colour;
  readonly background: Colour;
  readonly brush: Brush;
  readonly eraser: Brush;
  readonly maskBrush: Brush;
  /** The mask brush takes away instead of adding. */
  readonly maskErases: boolean;
  /** The brush paints only where the layer has something. */
  readonly keepAlpha: boolean;
  readonly fill: FloodChoice & { readonly opacity: number };
  readonly wand: FloodChoice;
  readonly select: { readonly mode: SelectionMode; readonly feather: number };
  readonly move: {
    readonly snap: boolean;
    /** A number typed for one side of the box changes the other alike. */
    readonly keepAspect: boolean;
  };
  /** Width by height, or null for any. */
  readonly crop: { readonly aspect: number | null };
  /** What sides of the extend frame are multiples of, in pixels. */
  readonly extend: { readonly step: number };
}

export const defaultToolSettings: ToolSettings = Object.freeze<ToolSettings>({
  colour: black,
  background: { red: 255, green: 255, blue: 255 },
  brush: defaultBrush,
  eraser: defaultBrush,
  maskBrush: { ...defaultBrush, size: 80, hardness: 0.6 },
  maskErases: false,
  keepAlpha: false,
  fill: { tolerance: 24, contiguous: true, sampleAll: true, opacity: 1 },
  wand: { tolerance: 24, contiguous: true, sampleAll: true },
  select: { mode: 'replace', feather: 0 },
  move: { snap: true, keepAspect: true },
  crop: { aspect: null },
  extend: { step: 16 },
});

export const brushLimits = { size: { least: 1, most: 2000 } } as const;
