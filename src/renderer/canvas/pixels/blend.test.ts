import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { blendModeNames } from '#shared/document/blend-mode';
import { openRendererPage, type RendererPage } from '#testing/browser';
import type { Comparison } from './blend.browser.ts';

describe('blend modes in Chromium', () => {
  let browser: RendererPage;
  beforeAll(async () => {
    browser = await openRendererPage();
  }, 60_000);
  afterAll(() => browser[Symbol.asyncDispose]());

  it.each(blendModeNames)('%s is what a canvas paints', async (mode) => {
    const compare = (alpha: 'opaque' | 'translucent'): Promise<Comparison> =>
      browser.call('canvas/pixels/blend.browser.ts', 'compareWithCanvas', mode, alpha);
    const opaque = await compare('opaque');
    const translucent = await compare('translucent');
    // A canvas rounds after every step, in fewer bits the lower the alpha.
    expect(opaque.largest).toBeLessThanOrEqual(2);
    expect(translucent.largest).toBeLessThanOrEqual(4);
    expect(translucent.mean).toBeLessThan(0.6);
  });
});
