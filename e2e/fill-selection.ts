import type { Page } from 'playwright-core';
import { expect } from 'vitest';

import { dropFile, slope } from './pictures.ts';

/** The shortest way through the whole studio, the same in every shell: from a picture to a filled selection and back. */
export async function fillSelection(page: Page): Promise<void> {
  await dropFile(page, 'photo.png', await slope());
  // The empty document makes room.
  await expect.poll(() => page.locator('.tab').allTextContents()).toEqual(['photo']);
  await expect.poll(() => page.locator('.layer-row').count()).toBe(1);

  // Half of the canvas, by hand.
  await page.keyboard.press('m');
  const box = (await page.locator('.canvas-host').boundingBox())!;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x - 40, middle.y - 40);
  await page.mouse.down();
  await page.mouse.move(middle.x + 40, middle.y + 40, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => page.getByText('Outside stays identical').count()).toBe(1);

  const prompt = page.locator('#prompt');
  await prompt.fill('a red lamp');
  await page.getByRole('button', { name: 'More settings' }).click();
  await page.getByRole('spinbutton', { name: 'Steps' }).fill('3');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.run').textContent()).toContain('Fill');
  await prompt.press('Enter');
  const keep = page.getByRole('button', { name: 'Keep', exact: true });
  await keep.waitFor();
  await expect.poll(() => keep.isEnabled(), { timeout: 60_000 }).toBe(true);
  await keep.click();
  await expect.poll(() => page.locator('.layer-row').count()).toBe(2);

  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Control+z');
  await expect.poll(() => page.locator('.layer-row').count()).toBe(1);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => page.locator('.layer-row').count()).toBe(2);

  await page.getByRole('tab', { name: 'History' }).click();
  await expect.poll(() => page.locator('.history-step', { hasText: /Fill: a red lamp · seed \d+/ }).count()).toBe(1);
}
