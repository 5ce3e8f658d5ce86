import { expect, it } from 'vitest';

import { openStudioPage } from './studio-page.ts';

it('makes a picture, keeps it, goes back and branches, and asks about it, without a pointer', async () => {
  const { page, client, errors } = await openStudioPage();
  const focused = (): Promise<string> => page.evaluate('document.activeElement.id');
  const focusedClass = (): Promise<string> => page.evaluate('document.activeElement.className');
  await expect.poll(focused).toBe('prompt');

  await page.keyboard.type('two yellow stars');
  await page.keyboard.press('Enter');
  await page.locator('.candidate img').first().waitFor({ timeout: 60_000 });
  await expect.poll(async () => (await client.jobs.list())[0]?.state, { timeout: 60_000 }).toBe('finished');
  // From the words to the results, and from them, once one is kept, to the canvas.
  await page.keyboard.press('Escape');
  await expect.poll(focusedClass).toBe('candidates');
  await expect.poll(() => page.locator('.candidate-words').textContent()).toContain('Result 1 of 1');
  await page.keyboard.press('Delete');
  await expect.poll(focused).toBe('prompt');
  await page.locator('.toast', { hasText: 'put away' }).getByRole('button', { name: 'Undo' }).press('Enter');
  await page.locator('.candidates').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.layer-row').count()).toBe(1);
  await expect.poll(focusedClass).toBe('canvas-host');

  await page.keyboard.press('Control+Shift+n');
  await expect.poll(() => page.locator('.layer-row').count()).toBe(2);
  await page.keyboard.press('Control+z');
  await expect.poll(() => page.locator('.layer-row').count()).toBe(1);
  await page.locator('.layer-row').focus();
  await page.keyboard.press('Shift+Delete');
  await expect.poll(focusedClass).toBe('canvas-host');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+j');
  await page.keyboard.press('F8');
  await expect.poll(focusedClass).toBe('history-step');
  // The key of a panel goes there and back; F6 goes all around.
  await page.keyboard.press('F8');
  await expect.poll(focusedClass).toBe('canvas-host');
  await page.keyboard.press('F6');
  await expect.poll(focusedClass).toBe('history-step');
  await page.keyboard.press('F6');
  await page.locator('.tool-rail [aria-pressed=true]:focus').waitFor();
  // The tools are one stop, at the one in use, whichever the arrow keys came to.
  await page.keyboard.press('ArrowDown');
  await page.locator('.tool-rail [aria-pressed=false]:focus').waitFor();
  expect(await page.locator('.tool-rail button[tabindex="0"]').getAttribute('aria-pressed')).toBe('true');
  await page.keyboard.press('F6');
  await expect.poll(focused).toBe('prompt');
  await page.keyboard.press('Shift+F6');
  await page.keyboard.press('Shift+F6');
  await expect.poll(focusedClass).toBe('history-step');
  // Escape puts away what is open first: here the picture of the step.
  await page.locator('.step-preview').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.step-preview').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await expect.poll(focusedClass).toBe('canvas-host');
  await expect.poll(() => page.locator('.history-step').count()).toBe(5);
  // The step that was undone stands beside the one that took its place.
  await expect.poll(() => page.getByLabel('Another branch').count()).toBe(2);

  await page.keyboard.press('/');
  await expect.poll(focused).toBe('prompt');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('What is this?');
  await expect.poll(() => page.locator('.run').textContent()).toContain('Ask');
  await page.keyboard.press('Enter');
  await page.getByText('What is this?').waitFor();
  const last = async () => (await client.jobs.list()).find(({ request }) => request.kind === 'describe')?.state;
  await expect.poll(last, { timeout: 60_000 }).toBe('finished');

  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('fit');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.palette').count()).toBe(0);
  expect(errors).toEqual([]);
});

it('speaks Chinese and goes dark as soon as it is told to, and remembers', async () => {
  const { page, client } = await openStudioPage({ colorScheme: 'light' });
  const root = page.locator('html');
  await expect.poll(() => root.getAttribute('data-theme')).toBe('light');
  await client.settings.change({ language: 'zh', theme: 'dark' });
  await expect.poll(() => root.getAttribute('lang')).toBe('zh-CN');
  await expect.poll(() => root.getAttribute('data-theme')).toBe('dark');
  await page.getByText('想做点什么？').waitFor();
  await page.reload();
  await page.getByText('想做点什么？').waitFor();
});
