import { expect, it } from 'vitest';

import { createDocument, type Document } from '#shared/document/document';
import { resizeCanvas, scaleDocument } from '#shared/document/document-operations';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import type { JobRecord } from '#shared/library/job-record';

import { anchorOf, withResult } from './placement.ts';

const photo = addLayer(
  createDocument({ width: 100, height: 80 }),
  createLayer('raster', 'photo' as LayerId, 'photo', {
    pixels: { kind: 'picture', blob: 'a'.repeat(64) as never, width: 100, height: 80 },
  }),
  { parent: null, index: 0 },
);
const finished = (request: object, patch: object): JobRecord =>
  ({
    state: 'finished',
    results: ['b'.repeat(64)],
    request,
    composition: { patch: { blob: 'c'.repeat(64), ...patch }, changedFraction: 0.1 },
  }) as unknown as JobRecord;
const sides = { left: 0, top: 0, right: 0, bottom: 0 };
const wider = finished({ kind: 'outpaint', extend: { ...sides, left: 30 } }, { x: 0, y: 0, width: 30, height: 80 });
const taller = finished(
  { kind: 'outpaint', extend: { ...sides, bottom: 20 } },
  { x: 0, y: 80, width: 100, height: 20 },
);
const filled = finished({ kind: 'inpaint' }, { x: 40, y: 50, width: 8, height: 6 });
const kept = (document: Document, job: JobRecord, id: string): Document => {
  const { width, height } = job.composition!.patch!;
  return withResult(document, job, anchorOf(job, photo, document)!, {
    id: id as LayerId,
    name: id,
    size: { width, height },
  });
};
const placed = ({ width, height, layers }: Document, id: string) => {
  const { e, f } = layers[id as LayerId]!.transform;
  return { width, height, at: [e, f] };
};

it('a result for another canvas lies where its pixels belong: after another extension, and after a crop', () => {
  const extended = kept(photo, wider, 'wider');
  expect(placed(extended, 'wider')).toEqual({ width: 130, height: 80, at: [0, 0] });
  expect(placed(extended, 'photo').at).toEqual([30, 0]);
  expect(placed(kept(extended, filled, 'filled'), 'filled')).toEqual({ width: 130, height: 80, at: [70, 50] });
  expect(placed(kept(extended, taller, 'taller'), 'taller')).toEqual({ width: 130, height: 100, at: [30, 80] });
  const cropped = resizeCanvas(photo, { width: 70, height: 40 }, { x: -20, y: -30 });
  expect(placed(kept(cropped, filled, 'filled'), 'filled')).toEqual({ width: 70, height: 40, at: [20, 20] });
});

it('a result for the same side does not grow the canvas once more', () => {
  const twice = kept(kept(photo, wider, 'one'), wider, 'other');
  expect(placed(twice, 'other')).toEqual({ width: 130, height: 80, at: [0, 0] });
  expect(placed(twice, 'photo').at).toEqual([30, 0]);
});

it('a result has no place where the canvas was scaled, unless it is a picture of its own', () => {
  const scaled = scaleDocument(photo, { width: 200, height: 160 });
  expect(anchorOf(filled, photo, scaled)).toBeNull();
  const whole = { ...filled, request: { kind: 'generate' }, composition: null } as unknown as JobRecord;
  expect(anchorOf(whole, photo, scaled)).toEqual({ x: 0, y: 0, width: 200, height: 160 });
});
