import sharp from 'sharp';
import { expect, it } from 'vitest';

import { dropFile, slope } from './pictures.ts';
import { openStudioPage } from './studio-page.ts';

/** Long stories, on machines that have other things to do. */
const timeout = 240_000;

it(
  'edits a whole picture and says how much of it changed; extends it, and it grows by just that',
  { timeout },
  async () => {
    const { page, client, errors } = await openStudioPage({ reducedMotion: 'no-preference' });
    await dropFile(page, 'slope.png', await slope());
    await expect.poll(() => page.locator('.layer-row').count()).toBe(1);
    const prompt = page.locator('#prompt');
    const run = page.locator('.run');
    const keep = page.getByRole('button', { name: 'Keep', exact: true });
    await page.getByRole('button', { name: 'More settings' }).click();
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('2');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');

    await prompt.fill('make it green');
    await expect.poll(() => run.textContent()).toContain('Edit');
    await prompt.press('Enter');
    await expect.poll(() => keep.isEnabled(), { timeout: 60_000 }).toBe(true);
    // The results lie below the canvas, and cover nothing of it.
    const [canvas, strip] = await Promise.all([
      page.locator('.canvas-host').boundingBox(),
      page.locator('.candidates').boundingBox(),
    ]);
    expect(canvas!.y + canvas!.height).toBeLessThanOrEqual(strip!.y);
    const changed = page.getByRole('button', { name: /% of the picture changed/ });
    await changed.click();
    expect(await changed.getAttribute('aria-pressed')).toBe('true');
    await page.locator('.canvas-host').focus();
    await page.keyboard.press('Shift+|');
    expect(await changed.getAttribute('aria-pressed')).toBe('false');
    await page.getByRole('button', { name: 'Put away' }).click();

    // The right edge of the picture, 256 pixels wide in the middle of the canvas, once that has taken the room back.
    await page.locator('.candidates').waitFor({ state: 'detached' });
    const zoomText = page.locator('.status-bar button').first();
    await expect
      .poll(async () => {
        const before = await zoomText.textContent();
        await page.waitForTimeout(200);
        return (await zoomText.textContent()) === before;
      })
      .toBe(true);
    const zoom = Number.parseInt((await zoomText.textContent())!, 10) / 100;
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
    await prompt.press('Enter');
    await expect.poll(() => page.locator('.candidate').count()).toBe(2);
    await page.locator('.candidate').last().click();
    await expect.poll(() => keep.isEnabled(), { timeout: 60_000 }).toBe(true);
    await keep.click();
    await expect.poll(() => page.locator('.status-bar').textContent()).toContain('320 × 192');
    expect(await page.getByRole('spinbutton', { name: 'Right' }).inputValue()).toBe('0');
    await expect.poll(() => page.locator('.layer-row').count()).toBe(2);

    // All of it is seen: what is kept comes over what was there, while the view moves to where there is room for both.
    const isOpaque = (part: number) =>
      page.evaluate<boolean>(`(() => {
        const picture = document.querySelectorAll('.canvas-host canvas')[1];
        const at = [picture.width / 2 + ${part} * 160 * ${zoom}, picture.height / 2, 1, 1];
        return picture.getContext('2d').getImageData(...at).data[3] === 255;
      })()`);
    for (const part of [-0.8, 0, 0.8]) await expect.poll(() => isOpaque(part)).toBe(true);

    // The other one was made for the canvas as it was before: it goes to the same place, and nothing grows once more.
    await expect.poll(() => page.locator('.candidate').count()).toBe(1);
    await keep.click();
    await expect.poll(() => page.locator('.layer-row').count()).toBe(3);
    expect(await page.locator('.status-bar').textContent()).toContain('320 × 192');

    const kinds = (await client.jobs.list()).map(({ request }) => request.kind);
    expect(kinds).toEqual(['edit', 'outpaint', 'outpaint']);
    expect(errors).toEqual([]);
  },
);

it(
  'selects by corners and by numbers, copies to where it was, masks a layer, and keeps the keys where the hand is',
  { timeout },
  async () => {
    const { page, errors } = await openStudioPage();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await dropFile(page, 'slope.png', await slope());
    const layers = () => page.locator('.layer-face').allTextContents();
    await expect.poll(layers).toEqual(['slope']);
    const field = (name: string) => page.locator('.properties').getByRole('spinbutton', { name, exact: true });
    const numbers = async (): Promise<number[]> =>
      Promise.all(['X', 'Y', 'Width', 'Height'].map(async (name) => Number(await field(name).inputValue())));
    const zoom = Number.parseInt((await page.locator('.status-bar button').first().textContent())!, 10) / 100;
    const canvas = page.locator('.canvas-host');
    const box = (await canvas.boundingBox())!;
    const at = (x: number, y: number) =>
      [box.x + box.width / 2 + (x - 128) * zoom, box.y + box.height / 2 + (y - 96) * zoom] as const;

    // What was typed holds, and the next keys are the canvas's.
    await canvas.focus();
    await page.keyboard.press('e');
    await field('Size').fill('40');
    await page.mouse.click(...at(128, 96));
    await expect.poll(() => field('Size').inputValue()).toBe('40');
    await page.keyboard.press('p');
    for (const corner of [at(40, 40), at(140, 40), at(140, 120), at(40, 120)]) await page.mouse.click(...corner);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');
    await page.getByText('Outside stays identical').waitFor();
    await expect.poll(numbers).toEqual([40, 40, 100, 80]);

    await field('Width').fill('60');
    await page.keyboard.press('Enter');
    await expect.poll(numbers).toEqual([40, 40, 60, 80]);
    await canvas.focus();
    await page.keyboard.press('Control+c');
    await page.getByText('Copied.').waitFor();
    await page.keyboard.press('Control+v');
    await expect.poll(layers).toEqual(['Picture', 'slope']);
    await page.keyboard.press('Control+d');
    await page.keyboard.press('v');
    await expect.poll(numbers).toEqual([40, 40, 60, 80]);
    await field('X').fill('50');
    await page.keyboard.press('Enter');
    await field('Width').fill('120');
    await page.keyboard.press('Enter');
    await expect.poll(numbers).toEqual([50, 40, 120, 160]);
    await canvas.focus();
    for (let step = 0; step < 4; step++) await page.keyboard.press('Control+z');
    await expect.poll(layers).toEqual(['slope']);

    const command = async (name: string): Promise<void> => {
      await page.keyboard.press('Control+k');
      await page.locator('.palette-input').fill(name);
      await page.keyboard.press('Enter');
      await page.locator('.palette').waitFor({ state: 'detached' });
    };
    await command('Mask the layer');
    await page.getByRole('button', { name: 'Paint on the mask of slope' }).click();
    await page.locator('.layer-row').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Remove the mask' }).click();
    await expect.poll(() => page.locator('.layer-mask').count()).toBe(0);

    await command('Export…');
    await page.getByRole('button', { name: '2×' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export', exact: true }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe('slope.png');
    expect(await sharp(await download.path()).metadata()).toMatchObject({ format: 'png', width: 512, height: 384 });

    await command('Extend by numbers');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('extend-left');
    await page.keyboard.type('64');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.run').textContent()).toContain('Extend');
    expect(errors).toEqual([]);
  },
);
