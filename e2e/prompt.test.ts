import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';

import { dropFile, slope } from './pictures.ts';
import { openStudioPage } from './studio-page.ts';

/** Long stories, on machines that have other things to do. */
const timeout = 240_000;

const run = async (page: Page, words: string): Promise<void> => {
  await page.locator('#prompt').fill(words);
  await page.locator('#prompt').press('Enter');
};
const keep = async (page: Page): Promise<void> => {
  const button = page.getByRole('button', { name: 'Keep', exact: true });
  await expect.poll(() => button.isEnabled(), { timeout: 120_000 }).toBe(true);
  await button.click();
};
const command = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.locator('.palette-input').fill(name);
  await page.keyboard.press('Enter');
  await page.locator('.palette').waitFor({ state: 'detached' });
};

/** Drops the topmost layer on a slot, as the list of layers would. */
async function dropLayer(page: Page, slot: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle('new DataTransfer()');
  await page.locator('.layer-row').first().dispatchEvent('dragstart', { dataTransfer });
  await page.dispatchEvent(slot, 'drop', { dataTransfer });
}

it(
  'draws by a reference and along outlines, and makes an earlier step once more with other words',
  { timeout },
  async () => {
    const { page, client, errors } = await openStudioPage();
    const slots = page.locator('.picture-slot:has(img, canvas)');
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Add a reference picture' }).press('Enter');
    await page.keyboard.press('Enter');
    await (await chosen).setFiles([{ name: 'slope.png', mimeType: 'image/png', buffer: await slope() }]);
    await expect.poll(() => slots.count()).toBe(1);
    await page.getByRole('button', { name: 'More settings' }).click();
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('2');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await run(page, 'a red apple');
    await keep(page);
    await expect.poll(() => page.locator('.layer-row').count()).toBe(1);

    await slots.first().click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect.poll(() => slots.count()).toBe(0);
    await dropLayer(page, '.drop-slot >> nth=1');
    await expect.poll(() => slots.count()).toBe(1);
    await expect.poll(() => page.locator('.run').textContent()).toContain('Redraw');
    await slots.first().press('Enter');
    await page.getByRole('menuitemradio', { name: 'Find its lines, softly' }).click();
    await run(page, 'a green pear');
    await keep(page);
    await expect.poll(() => page.locator('.layer-row').count()).toBe(2);

    await page.keyboard.press('F8');
    const steps = page.locator('.history-step');
    await steps.nth(1).hover();
    await page.locator('.picture-preview img').waitFor();
    await expect.poll(() => steps.first().getAttribute('aria-current')).toBe('step');
    await steps.nth(1).press('r');
    await page.getByText('Another version of').waitFor();
    await expect.poll(() => page.locator('#prompt').inputValue()).toBe('a red apple');
    await expect.poll(() => slots.count()).toBe(1);
    await run(page, 'a blue apple');
    await keep(page);
    await expect.poll(() => page.getByLabel('Another branch').count()).toBe(2);
    await expect.poll(() => page.getByText('Made from something that has changed since').count()).toBe(1);

    const requests = (await client.jobs.list()).map(({ request }) => request);
    expect(requests).toMatchObject([
      { kind: 'generate', prompt: 'a red apple', references: [expect.any(String)] },
      { kind: 'control', prompt: 'a green pear', references: [], map: 'lines' },
      { kind: 'generate', prompt: 'a blue apple', references: [expect.any(String)] },
    ]);
    expect(errors).toEqual([]);
  },
);

it('keeps prompts under names, and talks about the picture in turns', { timeout }, async () => {
  const { page, client, errors } = await openStudioPage();
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(() => page.locator('.layer-row').count()).toBe(1);
  await page.locator('#prompt').fill('make it warm');
  await page.getByRole('button', { name: 'Presets and earlier prompts' }).click();
  await page.getByRole('textbox', { name: 'Name of the preset' }).fill('Warm');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Rename Warm' }).click();
  await page.getByRole('textbox', { name: 'Name of the preset' }).first().fill('Warmer');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await client.settings.get()).presets.map(({ name }) => name)).toEqual(['Warmer']);
  await page.keyboard.press('Escape');
  await page.locator('#prompt').fill('');
  await command(page, 'Presets and earlier');
  await page.getByRole('button', { name: /^Warmer/ }).click();
  await expect.poll(() => page.locator('#prompt').inputValue()).toBe('make it warm');

  await page.getByRole('tab', { name: 'Ask' }).click();
  const question = page.getByRole('textbox', { name: 'Ask about the picture' });
  let count = 0;
  const ask = async (words: string): Promise<void> => {
    await question.fill(words);
    await question.press('Enter');
    count++;
    const answered = async () => (await client.jobs.list()).filter(({ state }) => state === 'finished').length;
    await expect.poll(answered, { timeout: 120_000 }).toBe(count);
  };
  await ask('What is it?');
  await ask('Which colour?');
  await page.getByRole('button', { name: 'New conversation' }).click();
  await ask('How many?');
  await expect.poll(() => page.getByRole('region', { name: 'Conversation' }).count()).toBe(2);
  const turns = (await client.jobs.list()).map(({ request }) => request.kind === 'describe' && request.turns.length);
  expect(turns).toEqual([1, 3, 1]);
  expect(errors).toEqual([]);
});
