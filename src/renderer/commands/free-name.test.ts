import { expect, it } from 'vitest';

import { createDocument } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import { freeName } from './free-name.ts';

it('layers of one kind are told apart by numbers, and a number that is free again is used again', () => {
  const named = (names: readonly string[]) =>
    names.reduce(
      (document, name) =>
        addLayer(document, createLayer('raster', `layer-${name}` as LayerId, name), { parent: null, index: 0 }),
      createDocument({ width: 8, height: 8 }),
    );
  expect(freeName(named([]), 'Layer')).toBe('Layer');
  expect(freeName(named(['Layer']), 'Layer')).toBe('Layer 2');
  expect(freeName(named(['Layer', 'Layer 3']), 'Layer')).toBe('Layer 2');
  expect(freeName(named(['Layer', 'Layer 2', 'Group']), 'Layer')).toBe('Layer 3');
  // A copy of a numbered one is the next of them; other numbers are part of a name.
  expect(freeName(named(['Layer', 'Layer 2']), 'Layer 2')).toBe('Layer 3');
  expect(freeName(named(['Summer 2026']), 'Summer 2026')).toBe('Summer 2026 2');
});
