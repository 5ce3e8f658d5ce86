import sharp from 'sharp';
import { expect, it } from 'vitest';

import { slope } from './pictures.ts';
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
  await page.locator('.picture-preview').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.picture-preview').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await expect.poll(focusedClass).toBe('canvas-host');
  await expect.poll(() => page.locator('.history-step').count()).toBe(5);
  // The step that was undone stands beside the one that took its place.
  await expect.poll(() => page.getByLabel('Another branch').count()).toBe(2);

  // What is typed right after it is the prompt's, and none of the canvas's keys.
  await page.keyboard.press('/');
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

it(
  'opens, selects, masks, fills, edits, extends and exports a picture, in Chinese, without a pointer',
  { timeout: 240_000 },
  async () => {
    const { page, client, errors } = await openStudioPage({ locale: 'zh-CN' });
    const focusedClass = (): Promise<string> => page.evaluate('document.activeElement.className');
    const run = page.locator('.run');
    const layers = () => page.locator('.layer-row').count();
    async function command(name: string): Promise<void> {
      await page.keyboard.press('Control+k');
      await page.locator('.palette-input').waitFor();
      await page.keyboard.type(name);
      await page.keyboard.press('Enter');
      await page.locator('.palette').waitFor({ state: 'detached' });
    }
    async function numbers(field: string, ...values: readonly string[]): Promise<void> {
      await page.locator(`#${field}:focus`).waitFor();
      for (const [index, value] of values.entries()) {
        await page.keyboard.type(value);
        await page.keyboard.press(index < values.length - 1 ? 'Tab' : 'Enter');
      }
      await page.keyboard.press('Escape');
      await expect.poll(focusedClass).toBe('canvas-host');
    }
    const saved = () => expect.poll(() => page.locator('.status-bar').textContent()).toContain('已保存');
    async function ask(words: string, task: string): Promise<void> {
      await saved();
      await page.keyboard.press('/');
      await page.keyboard.press('Control+a');
      await page.keyboard.type(words);
      await expect.poll(() => run.textContent()).toContain(task);
      await page.keyboard.press('Enter');
    }
    async function keep(): Promise<void> {
      await page.locator('.candidate img').waitFor({ timeout: 60_000 });
      await expect
        .poll(async () => (await client.jobs.list()).every(({ state }) => state === 'finished'), { timeout: 90_000 })
        .toBe(true);
      await page.keyboard.press('Escape');
      await expect.poll(focusedClass).toBe('candidates');
      await expect.poll(() => page.locator('.candidate-words').textContent()).toContain('完成');
      await page.keyboard.press('Enter');
      await expect.poll(focusedClass).toBe('canvas-host');
    }

    await page.locator('#prompt:focus').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+o');
    await (await chooser).setFiles({ name: '斜坡.png', mimeType: 'image/png', buffer: await slope() });
    await expect.poll(layers).toBe(1);

    await command('用数值选择');
    await numbers('selection-x', '40', '30', '96', '64');
    await page.getByText('区域外保持不变').waitFor();
    await ask('一个红色的气球', '填充');
    await keep();
    await expect.poll(layers).toBe(2);

    await command('由选区建立蒙版');
    await expect.poll(layers).toBe(3);
    await saved();
    await page.keyboard.press('Control+z');
    await expect.poll(layers).toBe(2);
    await saved();
    await page.keyboard.press('Control+d');
    await page.getByText('区域外保持不变').waitFor({ state: 'detached' });

    await ask('把它变成绿色', '编辑');
    await keep();
    await expect.poll(layers).toBe(3);

    await command('用数值扩展画面');
    await numbers('extend-left', '0', '64');
    await ask('', '扩展');
    await keep();
    await expect.poll(() => page.locator('.status-bar').textContent()).toContain('320 × 192');

    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+Shift+s')]);
    expect(download.suggestedFilename()).toBe('斜坡.png');
    expect(await sharp(await download.path()).metadata()).toMatchObject({ format: 'png', width: 320, height: 192 });
    expect((await client.jobs.list()).map(({ request }) => request.kind)).toEqual(['inpaint', 'edit', 'outpaint']);

    // In the gallery Delete is for the picture that has the keys, which then has its neighbour, and undo for that.
    await page.keyboard.press('F9');
    const pictures = page.locator('.gallery-cell button');
    await expect.poll(() => pictures.count()).toBe(4);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const words = await pictures.nth(1).getAttribute('aria-label');
    await page.locator(`.gallery-cell button:focus[aria-label="${words}"]`).waitFor();
    await page.keyboard.press('Delete');
    await expect.poll(() => pictures.count()).toBe(3);
    expect(await page.getByRole('button', { name: words!, exact: true }).count()).toBe(0);
    await page.keyboard.press('Control+z');
    await expect.poll(() => pictures.count()).toBe(4);
    expect(await page.locator('.status-bar').textContent()).toContain('320 × 192');
    expect(errors).toEqual([]);
  },
);
