import type { Document } from '#shared/document/document';
import { identity, isEmptyRect, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { documentTransform } from '#shared/document/layer-tree';
import type { PixelTarget } from '../../document/pixel-edits.ts';
import type { Paint } from '../pixels/paint.ts';
import type { MoveTarget } from '../tools/tool.ts';
import type { ToolSettings } from '../tools/tool-settings.ts';

/** The layer one works on, and whether on its pixels or on its mask. */
export interface ActiveLayer {
  readonly layer: LayerId;
  readonly part: 'pixels' | 'mask';
}

export type Painter = 'brush' | 'eraser' | 'mask-brush' | 'fill';

/** What a tool paints on: the mask brush on the active mask, or else on the selection. */
export function paintTarget(document: Document, active: ActiveLayer | null, painter: Painter): PixelTarget | null {
  if (painter === 'mask-brush' && !(active && isMask(document, active))) return { kind: 'selection' };
  return active && { kind: 'layer', ...active };
}

/** What a tool does to its target's pixels. */
export function paintFor(
  document: Document,
  active: ActiveLayer | null,
  painter: Painter,
  settings: ToolSettings,
): Paint {
  if (painter === 'mask-brush') return { kind: 'mask', value: settings.maskErases ? 0 : 255 };
  if (active && isMask(document, active)) return { kind: 'mask', value: painter === 'eraser' ? 0 : 255 };
  if (painter === 'eraser') return { kind: 'erase' };
  return { kind: 'colour', colour: settings.colour, keepAlpha: settings.keepAlpha };
}

export function isMask(document: Document, { layer, part }: ActiveLayer): boolean {
  return part === 'mask' || document.layers[layer]?.kind === 'mask';
}

/**
 * What the move tool has in its hands: the selected part of a layer, or all of what is moved.
 * @param moved what is moved as one: the active layer, others with it, or the group around it in its place
 */
export function moveTargetOf(
  document: Document,
  moved: readonly LayerId[],
  bounds: { readonly selection: Rect | null; readonly moved: Rect | null },
): MoveTarget | null {
  const layers = moved.flatMap((id) => document.layers[id] ?? []);
  const [layer, ...others] = layers;
  if (!layer || layers.some(({ locked }) => locked)) return null;
  const isOne = others.length === 0;
  if (isOne && bounds.selection && layer.kind !== 'group' && layer.kind !== 'mask') {
    return { bounds: bounds.selection, toDocument: identity, lift: true };
  }
  if (!bounds.moved || isEmptyRect(bounds.moved)) return null;
  // Those of a group, and of several layers, are in document pixels already.
  const toDocument = layer.kind === 'group' || !isOne ? identity : documentTransform(document, layer.id);
  return { bounds: bounds.moved, toDocument, lift: false };
}
