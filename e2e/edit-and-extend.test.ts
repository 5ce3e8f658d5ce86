import { expect, it } from 'vitest';

import { dropFile, slope } from './pictures.ts';
import { openStudioPage } from './studio-page.ts';

it('edits a whole picture and says how much of it changed; extends it, and it grows by just that', async () => {
  const { page, client, errors } = await openStudioPage();
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(() => page.locator('.layer-row').count()).toBe(1);
  const prompt = page.locator('#prompt');
  const run = page.locator('.run');
  const keep = page.getByRole('button', { name: 'Keep', exact: true });
  await page.getByRole('button', { name: 'More settings' }).click();
  await page.getByRole('textbox', { name: 'Steps' }).fill('2');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');

  await prompt.fill('make it green');
  await expect.poll(() => run.textContent()).toContain('Edit');
  await prompt.press('Enter');
  await expect.poll(() => keep.isEnabled(), { timeout: 60_000 }).toBe(true);
  const changed = page.getByRole('button', { name: /% of the picture changed/ });
  await changed.click();
  expect(await changed.getAttribute('aria-pressed')).toBe('true');
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Shift+|');
  expect(await changed.getAttribute('aria-pressed')).toBe('false');
  await page.getByRole('button', { name: 'Put away' }).click();

  // The right edge of the picture, 256 pixels wide in the middle of the canvas.
  const zoom = Number.parseInt((await page.locator('.status-bar button').first().textContent())!, 10) / 100;
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('x');
  const box = (await page.locator('.canvas-host').boundingBox())!;
  const edge = { x: box.x + box.width / 2 + 128 * zoom, y: box.y + box.height / 2 };
  await page.mouse.move(edge.x, edge.y);
  await page.mouse.down();
  await page.mouse.move(edge.x + 64 * zoom, edge.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => run.textContent()).toContain('Extend');
  await prompt.fill('');
  await prompt.press('Enter');
  await expect.poll(() => keep.isEnabled(), { timeout: 60_000 }).toBe(true);
  await keep.click();
  await expect.poll(() => page.locator('.status-bar').textContent()).toContain('320 × 192');
  await expect.poll(() => page.locator('.layer-row').count()).toBe(2);

  const kinds = (await client.jobs.list()).map(({ request }) => request.kind);
  expect(kinds).toEqual(['edit', 'outpaint']);
  expect(errors).toEqual([]);
});
