import { describe, expect, it } from 'vitest';

import { createDocument, type Document } from '#shared/document/document';
import { identity, scaling, translation } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer, removeLayers, setLayerProperties } from '#shared/document/layer-operations';
import { documentTransform } from '#shared/document/layer-tree';
import { noPixels, type Pixels } from '#shared/document/pixels';
import { whyNotPaintable, withPixelEdits, withTransformed, type PixelTarget } from './pixel-edits.ts';

const group = 'group' as LayerId;
const leaf = 'leaf' as LayerId;
const pixels = { kind: 'tiles', index: 'a'.repeat(64), bounds: { x: 0, y: 0, width: 256, height: 256 } } as Pixels;
const target = (part: 'pixels' | 'mask'): PixelTarget => ({ kind: 'layer', layer: leaf, part });

/** A layer in a group that is moved and twice as large. */
function nested(): Document {
  const transform = { ...scaling(2, 2), e: 100 };
  const outer = addLayer(
    createDocument({ width: 500, height: 500 }),
    createLayer('group', group, 'group', { transform }),
    { parent: null, index: 0 },
  );
  return addLayer(outer, createLayer('raster', leaf, 'leaf'), { parent: group, index: 0 });
}

describe('edits of pixels', () => {
  it('go to layers, masks and the selection', () => {
    const edits = [
      { target: target('pixels'), pixels },
      { target: target('mask'), pixels },
      { target: { kind: 'selection' }, pixels },
    ] as const;
    const edited = withPixelEdits(nested(), edits);
    expect(edited.layers[leaf]).toMatchObject({ pixels, mask: { pixels, enabled: true } });
    expect(edited.selection).toEqual({ pixels, transform: identity });
    expect(withPixelEdits(edited, [{ target: { kind: 'selection' }, pixels: noPixels }]).selection).toBeNull();
  });

  it('do nothing to a layer that is gone', () => {
    const without = removeLayers(nested(), [leaf]);
    expect(withPixelEdits(without, [{ target: target('pixels'), pixels }])).toEqual(without);
  });
});

describe('transforming layers', () => {
  it('moves them in the document, whatever the groups around them do', () => {
    const moved = withTransformed(nested(), [leaf], translation(30, 8));
    expect(moved.layers[leaf]?.transform).toEqual(translation(15, 4));
    expect(documentTransform(moved, leaf)).toEqual({ ...scaling(2, 2), e: 130, f: 8 });
  });
});

describe('why something cannot be painted on', () => {
  it('tells the first reason', () => {
    const document = nested();
    expect(whyNotPaintable(document, target('pixels'))).toBeNull();
    expect(whyNotPaintable(document, { kind: 'selection' })).toBeNull();
    expect(whyNotPaintable(document, null)).toBe('no-layer');
    expect(whyNotPaintable(document, { kind: 'layer', layer: group, part: 'pixels' })).toBe('layer-is-group');
    expect(whyNotPaintable(setLayerProperties(document, [group], { locked: true }), target('mask'))).toBe(
      'layer-locked',
    );
    expect(whyNotPaintable(setLayerProperties(document, [leaf], { visible: false }), target('pixels'))).toBe(
      'layer-hidden',
    );
  });
});
