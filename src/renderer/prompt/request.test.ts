import { assert, integer, property } from 'fast-check';
import { expect, it } from 'vitest';

import type { Model } from '#shared/contract/studio/models';
import { zJobRequest, type BlobName } from '#shared/contract/job-request';
import { promptOfRequest } from '#shared/document/prompt-from-recipe';
import { defaultPromptState } from '#shared/document/prompt-state';
import { pictureSize, requestsOf, scaleOf, scales, sizeOfAspect, snappedSize } from './request.ts';

const limits = { multiple: 16, minSide: 64, maxArea: 256 * 256 };
const inputs = {
  size: { width: 96, height: 64 },
  image: 'a'.repeat(64) as BlobName,
  mask: 'b'.repeat(64) as BlobName,
  extend: { left: 16, top: 0, right: 0, bottom: 0 },
};

it('makes one request for each candidate, that the host understands, with seeds in a row', () => {
  const parameters = { ...defaultPromptState.parameters, count: 3, seed: 0xffff_fffe };
  const references = ['c'.repeat(64) as BlobName];
  const control = { picture: inputs.image, map: 'lines' } as const;
  const prompt = { task: 'auto', prompt: ' a red lamp ', references, control, parameters } as const;
  for (const task of ['generate', 'edit', 'inpaint', 'outpaint', 'control'] as const) {
    const requests = requestsOf(task, prompt, inputs, { model: 'nano', precision: 'int8' });
    expect(requests).toHaveLength(3);
    for (const request of requests) {
      expect(zJobRequest.parse(request)).toEqual(request);
      expect(request).toMatchObject({ kind: task, prompt: 'a red lamp', model: 'nano', references });
    }
    expect(requests.map((request) => 'seed' in request && request.seed)).toEqual([0xffff_fffe, 0xffff_ffff, 0]);
    // What made a picture can be asked for again.
    const again = promptOfRequest(requests[0]!);
    expect(again).toMatchObject({ task, references, control: task === 'control' ? control : null });
  }
});

it('snaps every size to one the model can make', () => {
  assert(
    property(integer({ min: 16, max: 8192 }), integer({ min: 16, max: 8192 }), (width, height) => {
      const size = snappedSize({ width, height }, limits);
      expect(size.width % 16).toBe(0);
      expect(size.height % 16).toBe(0);
      expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(64);
      // Only a strip as thin as the model can make it may be longer than the area allows.
      const isStrip = Math.min(size.width, size.height) === 64;
      expect(isStrip || size.width * size.height <= limits.maxArea).toBe(true);
      expect(snappedSize(size, limits)).toEqual(size);
    }),
  );
});

it('has as many pixels as the scale says, at any aspect', () => {
  expect(sizeOfAspect(1, 'large', limits)).toEqual({ width: 256, height: 256 });
  expect(sizeOfAspect(1, 'medium', limits)).toEqual({ width: 128, height: 128 });
  for (const scale of scales) {
    const size = sizeOfAspect(16 / 9, scale, limits);
    expect(size.width / size.height).toBeGreaterThan(1.2);
    expect(scaleOf(size, limits)).toBe(scale);
  }
});

it('tells aspects apart, also with a model for small pictures', () => {
  const nano = { multiple: 32, minSide: 128, maxArea: 256 * 256 };
  for (const scale of scales) {
    const sizes = [1, 4 / 3, 3 / 4, 16 / 9, 9 / 16].map((aspect) => sizeOfAspect(aspect, scale, nano));
    const distinct = new Set(sizes.map(({ width, height }) => `${width} × ${height}`));
    expect(distinct.size).toBe(5);
  }
  expect(sizeOfAspect(16 / 9, 'small', nano)).toEqual({ width: 224, height: 128 });
});

it('a picture is as small as its model does well, until somebody says how large', () => {
  const model = { limits } as Model;
  expect(pictureSize({ width: null, height: null }, model)).toEqual({ width: 64, height: 64 });
  expect(pictureSize({ width: 1000, height: 500 }, model)).toEqual({ width: 368, height: 176 });
  expect(pictureSize({ width: null, height: null }, null)).toEqual({ width: 512, height: 512 });
});
