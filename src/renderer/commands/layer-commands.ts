/** @file Commands on the layers that are chosen. */
import { layerOf } from '#shared/document/layer-tree';
import {
  addLayer,
  duplicateLayers,
  groupLayers,
  removeLayers,
  setLayerProperties,
} from '#shared/document/layer-operations';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';

import type { Studio } from '../app/studio.ts';
import { freshLayerId } from '../document/fresh-ids.ts';
import { layerLabel } from '../document/layer-label.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { chosenLayers } from '../stores/chosen-layers.ts';
import { onDocument, type Command } from './command.ts';
import { freeName } from './free-name.ts';

/** A command that needs a layer to work on. */
function onLayers(
  id: string,
  keys: readonly string[],
  run: (session: DocumentSession, studio: Studio, layers: readonly LayerId[]) => void,
): Command {
  const chosen = ({ document }: DocumentSession, { view }: Studio) => chosenLayers(view.getState(), document);
  return onDocument(
    id,
    'layer',
    keys,
    (session, studio) => run(session, studio, chosen(session, studio)),
    (session, studio) => {
      if (!session.canWrite) return 'read-only';
      return chosen(session, studio).length === 0 ? 'no-layer' : null;
    },
  );
}

export const layerCommands: readonly Command[] = [
  onDocument(
    'new-layer',
    'layer',
    ['$mod+Shift+n'],
    (session, { view, words }) => {
      const layer = createLayer('raster', freshLayerId(), freeName(session.document, words('layers:new-layer')));
      session.commit({
        label: { what: 'new-layer' },
        kind: 'layer',
        change: (document) => addLayer(document, layer, { parent: null, index: Infinity }),
      });
      view.setState({ active: { layer: layer.id, part: 'pixels' } });
    },
    ({ canWrite }) => (canWrite ? null : 'read-only'),
  ),
  onLayers('duplicate-layer', ['$mod+j'], (session, { view }, layers) => {
    const copies = new Map(layers.map((layer) => [layer, freshLayerId()]));
    const together = [...copies.values()];
    session.commit({
      label: layerLabel('duplicate-layers', session.document, layers),
      kind: 'layer',
      change: (document) => {
        const duplicated = duplicateLayers(document, layers, (each) => copies.get(each) ?? freshLayerId());
        return together.reduce((changed, copy) => {
          const { name } = layerOf(changed, copy);
          return setLayerProperties(changed, [copy], { name: freeName(changed, name) });
        }, duplicated);
      },
    });
    view.setState({ active: { layer: together.at(-1)!, part: 'pixels' }, together: new Set(together) });
  }),
  onLayers('delete-layer', ['Shift+Delete'], (session, { view }, layers) => {
    session.commit({
      label: layerLabel('delete-layers', session.document, layers),
      kind: 'layer',
      change: (document) => removeLayers(document, layers),
    });
    view.setState({ active: null });
  }),
  onLayers('group-layer', ['$mod+g'], (session, { words }, layers) => {
    const group = createLayer('group', freshLayerId(), freeName(session.document, words('layers:new-group')));
    session.commit({
      label: layerLabel('group-layers', session.document, layers),
      kind: 'layer',
      change: (document) => groupLayers(document, layers, group),
    });
  }),
  onLayers('toggle-layer', ['$mod+,'], (session, _studio, layers) => {
    const visible = layers.every((layer) => !layerOf(session.document, layer).visible);
    session.commit({
      label: layerLabel(visible ? 'show-layers' : 'hide-layers', session.document, layers),
      kind: 'layer',
      change: (document) => setLayerProperties(document, layers, { visible }),
    });
  }),
];
