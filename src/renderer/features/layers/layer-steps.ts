/** @file What the list of layers makes steps of. */
import type { DragEvent } from 'react';

import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import type { LayerProperties } from '#shared/document/layer';
import { setLayerProperties } from '#shared/document/layer-operations';
import type { NamedStep } from '#shared/document/step-label';

import type { Studio } from '../../app/studio.ts';
import { layerLabel } from '../../document/layer-label.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { chosenLayers, isChosen } from '../../stores/chosen-layers.ts';
import { draggedLayer } from './layer-drag.ts';

export function setProperties(
  session: DocumentSession,
  layers: readonly LayerId[],
  what: NamedStep,
  properties: Partial<LayerProperties>,
): void {
  const label = layerLabel(what, session.document, layers);
  session.commit({ label, kind: 'layer', change: (document) => setLayerProperties(document, layers, properties) });
}

type Move = (document: Document, moved: readonly LayerId[]) => Document;

export function reorder(session: DocumentSession, layers: readonly LayerId[], move: Move): void {
  const label = layerLabel('reorder-layers', session.document, layers);
  session.commit({ label, kind: 'layer', change: (document) => move(document, layers) });
}

/** A layer, and all that are chosen together with it. */
export function layersWith({ view }: Studio, { document }: DocumentSession, layer: LayerId): readonly LayerId[] {
  const state = view.getState();
  return isChosen(state, layer) ? chosenLayers(state, document) : [layer];
}

/** Moves the layer that is dropped, if it is one, and those that are chosen with it. */
export function dropLayer(studio: Studio, session: DocumentSession, event: DragEvent, move: Move): void {
  const moved = draggedLayer(event.dataTransfer);
  if (!moved) return;
  event.preventDefault();
  if (session.document.layers[moved]) reorder(session, layersWith(studio, session, moved), move);
}
