import { expect, it } from 'vitest';

import type { BlobName } from '#shared/contract/job-request';
import { createDocument } from '#shared/document/document';
import type { LayerId } from '#shared/document/ids';
import { createLayer } from '#shared/document/layer';
import { addLayer } from '#shared/document/layer-operations';
import { defaultPromptState } from '#shared/document/prompt-state';
import { canvasFacts, chosenTask, frameMargins, obstacleTo, type CanvasFacts } from './task.ts';

const auto = (prompt = 'a lamp') => ({ ...defaultPromptState, prompt });
const control = { picture: 'a'.repeat(64) as BlobName, map: 'canny' } as const;
const nothing: CanvasFacts = { hasPicture: false, hasMask: false, hasFrame: false };
const picture: CanvasFacts = { ...nothing, hasPicture: true };

it('the canvas decides what Enter does, until somebody sets it', () => {
  expect(chosenTask(auto(), nothing)).toBe('generate');
  expect(chosenTask(auto(), picture)).toBe('edit');
  expect(chosenTask(auto(), { ...picture, hasMask: true })).toBe('inpaint');
  expect(chosenTask(auto(), { ...picture, hasMask: true, hasFrame: true })).toBe('outpaint');
  expect(chosenTask({ ...auto(), task: 'generate' }, picture)).toBe('generate');
  expect(chosenTask({ ...auto(), control }, { ...picture, hasMask: true })).toBe('control');
  expect(chosenTask({ ...auto('What is it?'), control }, picture)).toBe('describe');
});

it('a question about a picture is asked, in any language; without a picture it is a prompt', () => {
  for (const question of ['What is this?', '这是什么？', 'Who? ']) {
    expect(chosenTask(auto(question), picture)).toBe('describe');
    expect(chosenTask(auto(question), nothing)).toBe('generate');
  }
});

it('says the first thing that is in the way', () => {
  const fine = { isOnline: true, model: 'ready', canWrite: true } as const;
  expect(obstacleTo('edit', auto('a lamp'), picture, fine)).toBeNull();
  expect(obstacleTo('edit', auto('  '), picture, fine)).toBe('no-words');
  expect(obstacleTo('edit', auto('a lamp'), nothing, fine)).toBe('no-picture');
  expect(obstacleTo('control', auto(), nothing, fine)).toBe('no-picture');
  expect(obstacleTo('control', { ...auto(), control }, nothing, fine)).toBeNull();
  expect(obstacleTo('inpaint', auto('a lamp'), picture, fine)).toBe('no-mask');
  expect(obstacleTo('outpaint', auto(''), { ...picture, hasFrame: true }, fine)).toBeNull();
  expect(obstacleTo('edit', auto(''), nothing, { ...fine, model: 'none' })).toBe('no-model');
  expect(obstacleTo('edit', auto(''), nothing, { ...fine, model: 'damaged' })).toBe('damaged-model');
  expect(obstacleTo('edit', auto(''), nothing, { ...fine, isOnline: false })).toBe('offline');
});

it('reads the facts off a document', () => {
  const empty = createDocument({ width: 100, height: 80 });
  expect(canvasFacts(empty)).toEqual(nothing);
  const pixels = { kind: 'picture', blob: 'a'.repeat(64) as never, width: 4, height: 4 } as const;
  const drawn = addLayer(empty, createLayer('raster', 'one' as LayerId, '', { pixels }), { parent: null, index: 0 });
  expect(canvasFacts(drawn)).toEqual(picture);
  const masked = addLayer(drawn, createLayer('mask', 'two' as LayerId, '', { pixels }), { parent: null, index: 1 });
  expect(canvasFacts(masked)).toEqual({ ...picture, hasMask: true });
  expect(canvasFacts({ ...drawn, extendFrame: { x: 0, y: 0, width: 100, height: 80 } })).toEqual(picture);
  const frame = { x: -16, y: 0, width: 132, height: 96 };
  expect(frameMargins({ ...drawn, extendFrame: frame })).toEqual({ left: 16, top: 0, right: 16, bottom: 16 });
});
