/**
 * @file Goes through every panel and state of the window in both languages and themes: nothing of it may be hard to reach
 * for those who cannot see it well. With `PICTURES=docs/pictures` it takes pictures on the way.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';

import { dropFile, meadow } from './pictures.ts';
import { openStudioPage } from './studio-page.ts';

interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = process.env['PICTURES'];
/** A font with Chinese letters, for pictures taken on a machine that has none. */
const font = process.env['PICTURES_FONT'];

/** What axe finds that keeps people out. The canvas itself is a picture, and stands for itself. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found: { violations: Fault[] } = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })`);
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

async function useFont(page: Page, file: Buffer): Promise<void> {
  await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${file.toString('base64')}'), (character) => character.charCodeAt(0));
    document.fonts.add(await new FontFace('Pictures', bytes).load());
    document.body.style.fontFamily = 'system-ui, Pictures';
  })()`);
}

for (const look of [
  { language: 'en', locale: 'en-GB', colorScheme: 'dark' },
  { language: 'zh', locale: 'zh-CN', colorScheme: 'light' },
] as const) {
  it(`every state can be reached and read: ${look.language}, ${look.colorScheme}`, { timeout: 240_000 }, async () => {
    const { page, errors, client } = await openStudioPage(look);
    if (font) await useFont(page, await readFile(font));
    const faults: Record<string, string[]> = {};
    async function visit(state: string): Promise<void> {
      await page.waitForTimeout(250);
      if (folder) {
        await mkdir(folder, { recursive: true });
        const png = await page.screenshot();
        const name = `${state}-${look.language}-${look.colorScheme}.png`;
        await sharp(png).png({ palette: true, quality: 80, effort: 7 }).toFile(join(folder, name));
      }
      const found = await faultsOf(page);
      if (found.length > 0) faults[state] = found;
    }
    const chord = (keys: string): Promise<void> => page.keyboard.press(keys);
    async function threeResults(): Promise<void> {
      await expect.poll(() => page.locator('.candidate img').count(), { timeout: 120_000 }).toBe(3);
      await expect
        .poll(async () => (await client.jobs.list()).every((job) => job.state === 'finished'), { timeout: 60_000 })
        .toBe(true);
    }
    const dock = (index: number) => page.locator('.dock-tab').nth(index).click();

    await page.locator('.start-page').waitFor();
    await visit('start');
    await page
      .locator('#prompt')
      .fill(look.language === 'en' ? 'a panda on a yellow background' : '黄色背景上的一只熊猫');
    await page.getByRole('spinbutton', { name: look.language === 'en' ? 'Pictures' : '张数' }).fill('3');
    await chord('Enter');
    await page.locator('#prompt').focus();
    await chord('Enter');
    await threeResults();
    await visit('results');
    await page.locator('.candidates .icon-button').last().click();
    await page.locator('.candidates').waitFor({ state: 'detached' });

    await dropFile(page, 'meadow.png', await meadow());
    await expect.poll(() => page.locator('.layer-row').count()).toBe(1);
    await visit('layers');

    await page.locator('.canvas-host').focus();
    await chord('m');
    const box = (await page.locator('.canvas-host').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2 - 120, box.y + box.height / 2 - 310);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 120, box.y + box.height / 2 - 70, { steps: 5 });
    await page.mouse.up();
    await page.locator('.shield').waitFor();
    await page.locator('#prompt').fill(look.language === 'en' ? 'a red balloon' : '一个红色的气球');
    await page.getByRole('spinbutton', { name: look.language === 'en' ? 'Pictures' : '张数' }).fill('3');
    await chord('Enter');
    await page.locator('#prompt').focus();
    await visit('selection');
    await page.locator('#prompt').press('Escape');
    for (const words of ['reference-canvas', 'control-canvas']) {
      await chord('Control+k');
      await page.locator('.palette-input').fill(words);
      await chord('Enter');
    }
    await page.locator('.picture-slot canvas').click();
    await page.locator('[role=menuitemradio]').first().waitFor();
    await visit('prompt-pictures');
    await chord('Escape');
    await page.locator('#prompt-shelf').click();
    await page.locator('.prompt-shelf input').fill(look.language === 'en' ? 'Balloon' : '气球');
    await chord('Enter');
    await page.locator('.shelf-row .menu-item').waitFor();
    await visit('presets');
    await chord('Escape');
    await page.locator('.prompt-main .select').selectOption('inpaint');
    await page.locator('#prompt').focus();
    await chord('Enter');
    await page.locator('.candidate').first().waitFor();
    await visit('working');
    await threeResults();
    await visit('candidates');
    await page.locator('.candidates [data-look=main]').click();
    await expect.poll(() => page.locator('.layer-row').count()).toBe(2);
    await chord('Control+z');

    await dock(1);
    await page.locator('.history-step').first().hover();
    await page.locator('.picture-preview img').waitFor();
    await visit('history');
    await page.locator('.history-step').first().press('r');
    await page.locator('.rerun-chip').waitFor();
    await visit('rerun');
    await page.locator('.rerun-chip button').click();
    await dock(2);
    await expect.poll(() => page.locator('.gallery-cell img').count()).toBeGreaterThan(2);
    await visit('gallery');
    await dock(3);
    await page.locator('.dock .panel-foot button').first().click();
    // What can be done with an answer stands below it once it is whole.
    const use = page.getByRole('button', { name: look.language === 'en' ? 'Use as prompt' : '用作提示词' });
    await use.and(page.locator(':enabled')).waitFor({ timeout: 60_000 });
    await visit('ask');
    await dock(4);
    await visit('jobs');

    await chord('Control+k');
    await page.locator('.palette').waitFor();
    await visit('palette');
    await chord('Escape');
    await page.locator('.model-chip').click();
    await page.locator('.dialog').waitFor();
    await visit('models');
    await chord('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
    await page.locator('.canvas-host').focus();
    await chord('Control+Alt+s');
    await page.locator('.dialog').waitFor();
    await visit('settings');
    await chord('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
    await page.locator('.canvas-host').focus();
    await chord('Shift+?');
    await page.locator('.dialog').waitFor();
    await visit('shortcuts');
    await chord('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });

    await dropFile(page, 'broken.png', Buffer.from('this is no picture'));
    await page.locator('.fault-strip').waitFor();
    await visit('fault');
    await page.setViewportSize({ width: 1024, height: 640 });
    await dock(0);
    await visit('small-window');
    await page.setViewportSize({ width: 720, height: 450 });
    await visit('zoomed-200');

    expect(faults).toEqual({});
    // The refused file is an answer the browser logs as well.
    expect(errors.filter((error) => !error.includes('status of 4'))).toEqual([]);
  });
}
