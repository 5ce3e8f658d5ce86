import type { Document } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { outermost } from '#shared/document/layer-tree';

import type { ViewState } from './view.ts';

type Choice = Pick<ViewState, 'active' | 'together'>;

/** Whether a layer is the one that one works on, or chosen together with it. */
export function isChosen({ active, together }: Choice, layer: LayerId): boolean {
  return active !== null && (active.layer === layer || (together.has(active.layer) && together.has(layer)));
}

/** What a command on layers works on, bottom first; what is in a chosen group comes with the group. */
export function chosenLayers(choice: Choice, document: Document): LayerId[] {
  return outermost(
    document,
    Object.values(document.layers).flatMap(({ id }) => (isChosen(choice, id) ? [id] : [])),
  );
}

/** The choice with a layer taken in, or left out where it was in; the last one stays. */
export function withToggled(choice: Choice, document: Document, layer: LayerId): Partial<ViewState> {
  const { active } = choice;
  const before = Object.values(document.layers).flatMap(({ id }) => (isChosen(choice, id) ? [id] : []));
  if (!active || !before.includes(layer)) {
    return { active: { layer, part: 'pixels' }, together: new Set([...before, layer]) };
  }
  const left = before.filter((each) => each !== layer);
  const next = active.layer === layer ? left.at(-1) : active.layer;
  return next === undefined ? {} : { active: { layer: next, part: 'pixels' }, together: new Set(left) };
}

/** All rows from the active layer to another one. */
export function rangeTo({ active }: Choice, rows: readonly LayerId[], layer: LayerId): Partial<ViewState> {
  const from = active ? rows.indexOf(active.layer) : -1;
  const to = rows.indexOf(layer);
  if (from < 0) return { active: { layer, part: 'pixels' }, together: new Set() };
  return { together: new Set(rows.slice(Math.min(from, to), Math.max(from, to) + 1)) };
}
