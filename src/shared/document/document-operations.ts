import type { Document, Selection } from './document.ts';
import { frozen } from './frozen.ts';
import {
  compose,
  scaling,
  transformedBounds,
  translation,
  type Point,
  type Rect,
  type Size,
  type Transform,
} from './geometry.ts';
import type { LayerId } from './ids.ts';
import { layerOf } from './layer-tree.ts';
import { setLayerProperties } from './layer-operations.ts';
import type { Parameters, PromptState } from './prompt-state.ts';

/** Gives the document another frame; what is in it moves by `offset` and keeps its size. Nothing is cut off. */
export function resizeCanvas(document: Document, size: Size, offset: Point): Document {
  return transformAll(document, size, translation(offset.x, offset.y));
}

/** Scales the document with all that is in it, by transforms alone: no pixel is resampled for good. */
export function scaleDocument(document: Document, size: Size): Document {
  return transformAll(document, size, scaling(size.width / document.width, size.height / document.height));
}

/** Moves, turns or scales layers further, in the coordinates of their parents. */
function transformLayers(document: Document, ids: readonly LayerId[], outer: Transform): Document {
  return ids.reduce(
    (changed, id) => setLayerProperties(changed, [id], { transform: compose(outer, layerOf(changed, id).transform) }),
    document,
  );
}

export function setSelection(document: Document, selection: Selection | null): Document {
  return frozen({ ...document, selection });
}

export function setExtendFrame(document: Document, extendFrame: Rect | null): Document {
  return frozen({ ...document, extendFrame });
}

export function setPrompt(document: Document, prompt: PromptState): Document {
  return frozen({ ...document, prompt });
}

export function setParameters(document: Document, changes: Partial<Parameters>): Document {
  const parameters = { ...document.prompt.parameters, ...changes };
  return setPrompt(document, { ...document.prompt, parameters });
}

function transformAll(document: Document, { width, height }: Size, outer: Transform): Document {
  const { selection, extendFrame } = document;
  return frozen({
    ...transformLayers(document, document.order, outer),
    width,
    height,
    selection: selection && { ...selection, transform: compose(outer, selection.transform) },
    extendFrame: extendFrame && transformedBounds(outer, extendFrame),
  });
}
