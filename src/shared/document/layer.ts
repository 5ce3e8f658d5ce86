import { z } from 'zod';

import { zControlMap } from '#shared/contract/job-request';
import { zBlendMode } from './blend-mode.ts';
import { identity, zTransform } from './geometry.ts';
import { zLayerId, type LayerId } from './ids.ts';
import { noPixels, zPixels } from './pixels.ts';

const zColour = z.string().regex(/^#[0-9a-f]{6}$/, 'A colour is # and six hexadecimal digits.');

/** Hides parts of a layer: one channel in the layer's own coordinates, 255 shows, 0 (also where no pixels are) hides. */
export const zLayerMask = z.strictObject({ pixels: zPixels, enabled: z.boolean() }).readonly();
export type LayerMask = z.infer<typeof zLayerMask>;

const common = {
  id: zLayerId,
  name: z.string().max(255),
  visible: z.boolean(),
  /** Neither its pixels nor its place can be changed. */
  locked: z.boolean(),
  opacity: z.number().min(0).max(1),
  blend: zBlendMode,
  /** From the layer's own pixels to those of its group, or of the document. */
  transform: zTransform,
  mask: zLayerMask.nullable(),
};

/** RGBA that one sees and paints on. */
const zRasterLayer = z.strictObject({ kind: z.literal('raster'), ...common, pixels: zPixels }).readonly();

/** One channel: where the model may change the picture. Shown as a tint, never part of the picture. */
const zMaskLayer = z.strictObject({ kind: z.literal('mask'), ...common, pixels: zPixels, tint: zColour }).readonly();

/** A picture whose structure guides the model. Never part of the picture. */
const zControlLayer = z
  .strictObject({ kind: z.literal('control'), ...common, pixels: zPixels, map: zControlMap })
  .readonly();

/** A picture the model reads for what it means; `facets` are the words taken from it. Never part of the picture. */
const zReferenceLayer = z
  .strictObject({ kind: z.literal('reference'), ...common, pixels: zPixels, facets: z.array(z.string()).readonly() })
  .readonly();

const zGroupLayer = z
  .strictObject({
    kind: z.literal('group'),
    ...common,
    /** Bottom first. */
    children: z.array(zLayerId).readonly(),
    /** Whether children blend among themselves first; otherwise they blend with what is below the group. */
    isolated: z.boolean(),
  })
  .readonly();

export const zLayer = z.discriminatedUnion('kind', [
  zRasterLayer,
  zMaskLayer,
  zControlLayer,
  zReferenceLayer,
  zGroupLayer,
]);

export type Layer = z.infer<typeof zLayer>;
export type LayerKind = Layer['kind'];
export type LayerOf<Kind extends LayerKind> = Extract<Layer, { kind: Kind }>;
export type RasterLayer = LayerOf<'raster'>;
export type GroupLayer = LayerOf<'group'>;
/** What every kind of layer has and a panel can set, for one layer or for several at once. */
export type LayerProperties = Pick<Layer, 'name' | 'visible' | 'locked' | 'opacity' | 'blend' | 'transform' | 'mask'>;

/** A new layer: visible, opaque, unlocked, empty, in place. */
export function createLayer<Kind extends LayerKind>(
  kind: Kind,
  id: LayerId,
  name: string,
  properties: Partial<Omit<LayerOf<Kind>, 'kind' | 'id' | 'name'>> = {},
): LayerOf<Kind> {
  const base = { id, name, visible: true, locked: false, opacity: 1, blend: 'normal', transform: identity, mask: null };
  return { ...base, ...ownDefaults[kind], ...properties } as unknown as LayerOf<Kind>;
}

const ownDefaults = {
  raster: { kind: 'raster', pixels: noPixels },
  mask: { kind: 'mask', pixels: noPixels, tint: '#e5484d' },
  control: { kind: 'control', pixels: noPixels, map: 'canny' },
  reference: { kind: 'reference', pixels: noPixels, facets: [] },
  group: { kind: 'group', children: [], isolated: true },
} as const satisfies { [Kind in LayerKind]: Omit<LayerOf<Kind>, keyof typeof common> };
