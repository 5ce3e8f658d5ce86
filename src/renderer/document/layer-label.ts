import { defined } from '#base/assert';
import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { layerOf } from '#shared/document/layer-tree';
import type { NamedStep, StepLabel } from '#shared/document/step-label';

/** What the history says of a step with some layers: the name of the first, and how many others there are. */
export function layerLabel(what: NamedStep, document: Document, layers: readonly LayerId[]): StepLabel {
  const { name } = layerOf(document, defined(layers[0]));
  return { what, name, ...(layers.length > 1 && { more: layers.length - 1 }) };
}
