import { describe, expect, it } from 'vitest';

import { createDocument } from '#shared/document/document';
import { resizeCanvas, scaleDocument } from '#shared/document/document-operations';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import { contentShift } from './content-shift.ts';

const size = { width: 400, height: 300 };
const layered = ['one', 'two'].reduce(
  (document, name) => addLayer(document, createLayer('raster', name as LayerId, name), { parent: null, index: 0 }),
  createDocument(size),
);

describe('how far the content has moved', () => {
  it('is what a crop moved it by, and back when that is undone', () => {
    const cropped = resizeCanvas(layered, { width: 100, height: 100 }, { x: -30, y: -20 });
    expect(contentShift(layered, cropped)).toEqual({ x: -30, y: -20 });
    expect(contentShift(cropped, layered)).toEqual({ x: 30, y: 20 });
  });

  it('cannot be said of a scaled document, nor of one without layers', () => {
    expect(contentShift(layered, scaleDocument(layered, { width: 800, height: 600 }))).toBeNull();
    expect(contentShift(createDocument(size), createDocument({ width: 1, height: 1 }))).toBeNull();
  });
});
