import type { Document } from '#shared/document/document';
import { setSelection } from '#shared/document/document-operations';
import { compose, identity, invert, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import type { Layer } from '#shared/document/layer';
import { addLayer, setLayerPixels, setLayerProperties } from '#shared/document/layer-operations';
import { ancestorsOf, documentTransform, layerOf, placeOf } from '#shared/document/layer-tree';
import type { Pixels } from '#shared/document/pixels';

/** Something whose pixels can be changed: a layer, its mask, or the selection. */
export type PixelTarget =
  | { readonly kind: 'layer'; readonly layer: LayerId; readonly part: 'pixels' | 'mask' }
  | { readonly kind: 'selection' };

/** New pixels for a target; those of a selection are in document coordinates. */
export interface PixelEdit {
  readonly target: PixelTarget;
  readonly pixels: Pixels;
}

/** The document with edits taken in. Layers that are gone by now stay gone. */
export function withPixelEdits(document: Document, edits: readonly PixelEdit[]): Document {
  return edits.reduce((changed, { target, pixels }) => {
    if (target.kind === 'selection') {
      return setSelection(changed, pixels.kind === 'empty' ? null : { pixels, transform: identity });
    }
    const layer = changed.layers[target.layer];
    if (!layer) return changed;
    if (target.part === 'pixels') return layer.kind === 'group' ? changed : setLayerPixels(changed, layer.id, pixels);
    const mask = { pixels, enabled: layer.mask?.enabled ?? true };
    return setLayerProperties(changed, [layer.id], { mask });
  }, document);
}

/** The document with a new layer on top of all, unless it has it by now. */
export function withLayer(document: Document, layer: Layer): Document {
  return document.layers[layer.id] ? document : addLayer(document, layer, { parent: null, index: Infinity });
}

/** Layers moved, turned or stretched by a map of document coordinates, wherever in the groups they are. */
export function withTransformed(document: Document, layers: readonly LayerId[], by: Transform): Document {
  return layers.reduce((changed, id) => {
    const layer = changed.layers[id];
    if (!layer) return changed;
    const { parent } = placeOf(changed, id);
    const toDocument = parent === null ? identity : documentTransform(changed, parent);
    const fromDocument = invert(toDocument);
    // In a group that is flattened onto a line there is no telling where to.
    if (!fromDocument) return changed;
    const inParent = compose(fromDocument, compose(by, toDocument));
    return setLayerProperties(changed, [id], { transform: compose(inParent, layer.transform) });
  }, document);
}

/** Why a target cannot be painted on, or null where it can. */
export function whyNotPaintable(
  document: Document,
  target: PixelTarget | null,
): 'no-layer' | 'layer-is-group' | 'layer-locked' | 'layer-hidden' | null {
  if (target?.kind === 'selection') return null;
  const layer = target && document.layers[target.layer];
  if (!layer) return 'no-layer';
  if (layer.kind === 'group' && target.part === 'pixels') return 'layer-is-group';
  const around = [layer, ...ancestorsOf(document, layer.id).map((id) => layerOf(document, id))];
  if (around.some(({ locked }) => locked)) return 'layer-locked';
  return around.every(({ visible }) => visible) ? null : 'layer-hidden';
}
