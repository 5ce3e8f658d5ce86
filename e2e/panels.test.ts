import { readFile } from 'node:fs/promises';

import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';

import { dropFile, slope } from './pictures.ts';
import { openStudioPage } from './studio-page.ts';

const layerNames = (page: Page): Promise<string[]> => page.locator('.layer-face .truncate').allTextContents();

it('layers are painted on, named, hidden, faded and put in another order; the history tells it all', async () => {
  const { page, client, errors } = await openStudioPage();
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(() => layerNames(page)).toEqual(['slope']);
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Control+Shift+n');
  await expect.poll(() => layerNames(page)).toEqual(['Layer', 'slope']);

  await page.keyboard.press('b');
  const box = (await page.locator('.canvas-host').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2 - 50, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 50, box.y + box.height / 2, { steps: 6 });
  await page.mouse.up();
  // The stroke is a step once its pixels are stored.
  await page.keyboard.press('F8');
  await page.getByText('Brush', { exact: true }).last().waitFor();
  await expect.poll(() => page.locator('.history-step').count()).toBe(3);
  await page.keyboard.press('F7');

  await page.getByRole('treeitem', { name: 'Layer', exact: true }).press('F2');
  // What is typed takes the place of the name.
  await page.locator('.layer-row input:focus').waitFor();
  await page.keyboard.type('ink');
  await page.keyboard.press('Enter');
  await expect.poll(() => layerNames(page)).toEqual(['ink', 'slope']);
  await page.getByRole('spinbutton', { name: 'Opacity' }).first().fill('100/2');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.layer-row').first().textContent()).toContain('50 %');
  // Arrows with Alt go on to commands, and leave the slider as it is.
  const opacity = page.getByRole('slider', { name: 'Opacity' }).first();
  await opacity.press('Alt+ArrowLeft');
  await page.getByText('There are no results to choose from.').waitFor();
  expect(await opacity.inputValue()).toBe('50');
  // Nor do they select on the canvas what they would select in a text.
  await opacity.press('Control+a');
  await page.getByRole('button', { name: 'Hide slope' }).click();
  await page.getByRole('button', { name: 'Show slope' }).waitFor();
  await page.getByRole('treeitem', { name: 'ink' }).press('Alt+ArrowDown');
  await expect.poll(() => layerNames(page)).toEqual(['slope', 'ink']);

  await page.getByRole('tab', { name: 'History' }).click();
  const steps = page.locator('.history-words .truncate:first-child');
  await expect
    .poll(() => steps.allTextContents())
    .toEqual(['Reorder ink', 'Hide slope', 'Opacity of ink', 'Rename to ink', 'Brush', 'New layer', 'Opened slope']);
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: 'Undo: Reorder ink' }).waitFor();
  await page.keyboard.press('Escape');

  // The history is told in the language of whoever reads it; names stay as they were written.
  await client.settings.change({ language: 'zh' });
  await expect
    .poll(() => steps.allTextContents())
    .toEqual(['调整“ink”的顺序', '隐藏“slope”', '“ink”的不透明度', '重命名为“ink”', '画笔', '新建图层', '打开“slope”']);
  await page.getByText('当前步骤：调整“ink”的顺序').waitFor({ state: 'attached' });
  await client.settings.change({ language: 'en' });

  // A step that was named or pinned keeps the focus.
  const focused = page.locator('.history-step:focus');
  await page.locator('.history-step', { hasText: 'Brush' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.locator('.history-name:focus').waitFor();
  await page.keyboard.type('the line');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused.textContent()).toContain('the line');
  await focused.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
  await focused.getByLabel('Pin').waitFor();
  await page.keyboard.press('End');
  await expect.poll(() => focused.textContent()).toContain('Opened slope');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => focused.textContent()).toContain('the line');

  // A comparison ends by Escape, and with the document it belongs to.
  const split = page.getByRole('slider', { name: 'Line between before and now' });
  await focused.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Compare with now' }).click();
  await split.press('ArrowRight');
  expect(await split.inputValue()).toBe('51');
  await split.press('Escape');
  await expect.poll(() => split.count()).toBe(0);
  await page.keyboard.press('\\');
  await split.waitFor();
  await page.keyboard.press('Control+Alt+n');
  await page.locator('.tab', { hasText: 'Untitled' }).waitFor();
  await expect.poll(() => split.count()).toBe(0);
  expect(await page.locator('.fault-strip').count()).toBe(0);
  await page.locator('.tab', { hasText: 'slope' }).getByRole('button').first().click();

  await page.locator('.history-step').last().click();
  await page.getByRole('tab', { name: 'Layers' }).click();
  await expect.poll(() => layerNames(page)).toEqual(['slope']);
  expect(errors).toEqual([]);
});

it('a picture of the gallery becomes a layer where it is dropped, and what is exported is what one saw', async () => {
  const { page, client, errors } = await openStudioPage();
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(() => layerNames(page)).toEqual(['slope']);
  await page.getByRole('tab', { name: 'Gallery' }).click();
  await page.getByRole('searchbox').fill('nothing is called so');
  await page.getByText('No picture matches.').waitFor();
  await page.getByRole('searchbox').fill('slope');
  const pictures = page.locator('.gallery-cell button');
  await pictures.first().dblclick();
  await page.getByRole('tab', { name: 'Layers' }).click();
  await expect.poll(() => layerNames(page)).toEqual(['slope.png', 'slope']);
  // One click or Space chooses it, and shows it large; Enter places it.
  await page.getByRole('tab', { name: 'Gallery' }).click();
  const [large, chosen] = [page.locator('.picture-preview'), page.locator('.gallery-cell [aria-pressed=true]')];
  expect(await chosen.count()).toBe(0);
  await pictures.first().click();
  await large.filter({ hasText: 'slope' }).filter({ hasText: '256 × 192' }).waitFor();
  expect(await chosen.count()).toBe(1);
  await page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached' });
  await pictures.first().press(' ');
  await large.waitFor();
  await pictures.first().press('Enter');
  await page.getByRole('tab', { name: 'Layers' }).click();
  await expect.poll(() => layerNames(page)).toEqual(['slope.png 2', 'slope.png', 'slope']);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await layerNames(page)).length).toBe(2);

  await page.getByRole('tab', { name: 'Gallery' }).click();
  const canvas = page.locator('.canvas-host');
  const { width, height } = (await canvas.boundingBox())!;
  await canvas.press('Control+1');
  await expect.poll(() => page.locator('.status-bar button').first().textContent()).toBe('100 %');
  // The picture is as large as the document, whose middle is in the middle of the view.
  const targetPosition = { x: width / 2 - 40, y: height / 2 + 30 };
  await page.locator('.gallery-cell button').first().dragTo(canvas, { targetPosition });
  const pixelsAway = async () => {
    const { id, node } = (await client.documents.list({ trashed: false }))[0]!;
    const { order, layers } = await client.documents.document({ id, node: node.id });
    const { e, f } = layers[order[2]!]?.transform ?? { e: Infinity, f: Infinity };
    return Math.hypot(e + 40, f - 30);
  };
  await expect.poll(pixelsAway).toBeLessThan(1.5);
  await page.keyboard.press('Control+z');
  await page.getByRole('tab', { name: 'Layers' }).click();
  await expect.poll(async () => (await layerNames(page)).length).toBe(2);

  await page.locator('.canvas-host').focus();
  const saved = page.waitForEvent('download');
  await page.keyboard.press('Control+Shift+s');
  const pixels = await sharp(await readFile(await (await saved).path()))
    .removeAlpha()
    .raw()
    .toBuffer();
  expect(
    pixels.equals(
      await sharp(await slope())
        .raw()
        .toBuffer(),
    ),
  ).toBe(true);
  expect(errors).toEqual([]);
});

it('keys can be changed, and are kept', async () => {
  const { page, client } = await openStudioPage();
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Shift+?');
  await page.getByRole('searchbox', { name: 'Type a command' }).fill('new la');
  await expect.poll(() => page.locator('.shortcut-row').count()).toBe(1);
  await page.getByRole('button', { name: /^New layer:/ }).click();
  await page.keyboard.press('n');
  await expect.poll(async () => (await client.settings.get()).shortcuts).toEqual({ 'new-layer': 'n' });
  await page.keyboard.press('Escape');
  await page.locator('.dialog').waitFor({ state: 'detached' });
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('n');
  await expect.poll(() => layerNames(page)).toEqual(['Layer']);

  // What was said before a dialog came stands back behind it, and is heard all the same.
  await page.keyboard.press('Alt+ArrowLeft');
  const before = page.locator('.toast', { hasText: 'There are no results' });
  const onTop = (): Promise<string> =>
    before.evaluate((toast) => {
      const { x, y, width, height } = toast.getBoundingClientRect();
      return toast.ownerDocument.elementFromPoint(x + width / 2, y + height / 2)!.className;
    });
  await expect.poll(onTop).toBe('spread');

  // Keys another command has are taken from it, and it says so.
  await page.keyboard.press('Shift+?');
  await expect.poll(onTop).toMatch(/^(backdrop|dialog)/);
  await page.getByRole('status', { name: 'Notifications' }).waitFor();
  await page.getByRole('button', { name: /^Flatten:/ }).click();
  await page.keyboard.press('b');
  await page.getByText('B is now “Flatten”, no longer “Brush”.').waitFor();
  await page.getByRole('button', { name: 'Brush: none' }).waitFor();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByRole('button', { name: 'Brush: B' }).waitFor();
});

it('groups are folded away and opened, and a layer can be dropped below all others', async () => {
  const { page, errors } = await openStudioPage();
  // What has nothing to work on says so.
  await page.locator('.panel-foot [aria-disabled=true][aria-label="Group layer"]').press('Enter');
  await page.getByText('Choose a layer first.', { exact: true }).waitFor();
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Control+Shift+n');
  await expect.poll(() => layerNames(page)).toEqual(['Layer']);
  expect(await page.locator('.panel-foot [aria-disabled=true]').count()).toBe(0);
  await page.keyboard.press('Control+g');
  await page.keyboard.press('Control+Shift+n');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Group', 'Layer']);

  const group = page.getByRole('treeitem', { name: 'Group' });
  await page.getByRole('button', { name: 'Hide what is in Group' }).click();
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Group']);
  await group.press('ArrowRight');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Group', 'Layer']);

  const row = await group.boundingBox();
  await group.press('Shift+F10');
  await page.locator('[role=menuitem]:focus', { hasText: 'Rename' }).waitFor();
  const menu = await page.locator('[role=menu]').boundingBox();
  expect(menu!.y).toBeGreaterThanOrEqual(row!.y + row!.height);
  await page.keyboard.press('Enter');
  await page.locator('.layer-row input:focus').waitFor();
  await page.keyboard.type('not this');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.layer-row:focus .truncate').allTextContents()).toEqual(['Group']);
  // Commands work on the row that has the keys.
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+Delete');
  await expect.poll(() => layerNames(page)).toEqual(['Group', 'Layer']);
  await expect.poll(() => page.locator('.layer-row:focus .truncate').allTextContents()).toEqual(['Group']);
  await page.keyboard.press('Control+z');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Group', 'Layer']);

  const list = page.locator('.panel-list');
  const { height } = (await list.boundingBox())!;
  const top = page.locator('.layer-row').first();
  await top.dragTo(list, { targetPosition: { x: 60, y: height - 10 } });
  await expect.poll(() => layerNames(page)).toEqual(['Group', 'Layer', 'Layer 2']);
  await page.keyboard.press('Control+z');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Group', 'Layer']);
  expect(errors).toEqual([]);
});

it('a reload shows the document that was in front', async () => {
  const { page, client } = await openStudioPage();
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(() => layerNames(page)).toEqual(['slope']);
  await page.getByRole('button', { name: 'New document' }).click();
  await expect.poll(() => page.locator('.tab').count()).toBe(2);
  await page.locator('.tab-title').first().click();
  await expect.poll(() => layerNames(page)).toEqual(['slope']);
  await page.locator('.tab-title').first().press('F2');
  await page.getByRole('textbox', { name: 'Rename the document' }).fill('poster');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Close poster' }).waitFor();
  await expect
    .poll(async () => {
      const { tabs, frontTab } = await client.settings.get();
      return tabs.indexOf(frontTab!);
    })
    .toBe(0);
  await page.reload();
  await expect.poll(() => layerNames(page)).toEqual(['slope']);
});

it('a new document is as large as the model draws, or as somebody asks; what is small is shown large', async () => {
  const { page, errors } = await openStudioPage();
  const status = () => page.locator('.status-bar').textContent();
  await expect.poll(status).toContain('128 × 128');
  // As long as nothing has been done in it, it is as large as the picture that is asked for.
  await page.getByRole('combobox', { name: 'Aspect' }).selectOption('16:9');
  await expect.poll(status).toContain('224 × 128');

  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Control+Alt+Shift+n');
  await page.getByRole('button', { name: 'A4, 300 ppi' }).click();
  await page.getByRole('spinbutton', { name: 'Width' }).last().fill('400');
  await page.keyboard.press('Enter');
  // It takes the place of the one that nobody has used.
  await expect.poll(status).toContain('400 × 3508');
  await expect.poll(() => page.locator('.tab').count()).toBe(1);
  await page.getByRole('button', { name: 'New document' }).click();
  await expect.poll(status).toContain('128 × 128');
  expect(await page.locator('.tab').count()).toBe(2);

  const zoom = async () => Number.parseInt((await page.locator('.status-bar button').first().textContent())!, 10);
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(status).toContain('256 × 192');
  const fitted = await zoom();
  expect(fitted).toBeGreaterThan(200);
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Control+1');
  await expect.poll(zoom).toBe(100);
  await page.keyboard.press('Control+=');
  await page.keyboard.press('Control+=');
  await expect.poll(zoom).toBe(200);
  await page.keyboard.press('Control+0');
  await expect.poll(zoom).toBe(fitted);

  // Paper is to be drawn on: beside what one is offered to begin with, which gives way to the hand.
  await page.getByRole('button', { name: 'New document' }).click();
  const sheet = (await page.locator('.start-sheet').boundingBox())!;
  await page.mouse.move(sheet.x - 40, sheet.y + sheet.height / 2);
  await page.mouse.down();
  await page.mouse.move(sheet.x + sheet.width / 2, sheet.y + sheet.height / 2, { steps: 6 });
  expect(await page.locator('.start-sheet').isVisible()).toBe(false);
  await page.mouse.up();
  await expect.poll(() => layerNames(page)).toEqual(['Layer']);
  expect(await page.locator('.start-sheet').count()).toBe(0);
  expect(await page.locator('.layer-row[aria-selected=true]').count()).toBe(1);
  await page.keyboard.press('Control+z');
  await expect.poll(() => layerNames(page)).toEqual([]);
  await page.keyboard.press('Control+y');
  await expect.poll(() => layerNames(page)).toEqual(['Layer']);
  await page.keyboard.press('F8');
  await expect
    .poll(() => page.locator('.history-words .truncate:first-child').allTextContents())
    .toEqual(['Brush', 'New document']);
  expect(errors).toEqual([]);
});

it.each(['en-GB', 'zh-CN'])('in a small window there is room for everything one works with: %s', async (locale) => {
  const { page } = await openStudioPage({ viewport: { width: 1024, height: 700 }, locale });
  const height = async (selector: string) => (await page.locator(selector).boundingBox())!.height;
  /** What is cut off at its right or below its end. */
  const cut = () =>
    page.evaluate<string[]>(`
      ['.top-bar', '.prompt-main', '.prompt-settings', '.prompt-slider', '.properties', '.start-sheet', '.status-bar']
        .filter((selector) => [...document.querySelectorAll(selector + ', ' + selector + ' .truncate')].some(
          ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
            scrollWidth > clientWidth || scrollHeight > clientHeight + 1,
        ))`);
  await page.locator('.start-page').waitFor();
  expect(await cut()).toEqual([]);
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(() => layerNames(page)).toEqual(['slope']);
  await page.locator('.canvas-host').focus();
  for (const tool of ['b', 'w', 'm', 'v']) {
    await page.keyboard.press(tool);
    expect(await cut()).toEqual([]);
    // Two rows of words and numbers, and more room for the picture than for anything else.
    expect(await height('.prompt-bar')).toBeLessThan(110);
    expect(await height('.stage')).toBeGreaterThan(500);
    expect(await height('.panel-list')).toBeGreaterThan(80);
  }

  // In a tiny one, what is said by the way lies over the picture alone.
  await page.setViewportSize({ width: 720, height: 450 });
  for (const [index, key] of ['Alt+ArrowLeft', 'Control+z', 'Delete'].entries()) {
    await page.keyboard.press(key);
    await expect.poll(() => page.locator('.toast').count()).toBe(index + 1);
  }
  const stage = (await page.locator('.stage').boundingBox())!;
  const said = (await page.locator('.toasts').boundingBox())!;
  expect([said.x >= stage.x, said.y >= stage.y]).toEqual([true, true]);
  expect(said.x + said.width).toBeLessThanOrEqual(stage.x + stage.width);
  expect(said.y + said.height).toBeLessThanOrEqual(stage.y + stage.height);
});

it('several layers are hidden, moved, copied, grouped and deleted together, each in one step', async () => {
  const { page, client, errors } = await openStudioPage();
  const row = (name: string) => page.getByRole('treeitem', { name, exact: true });
  const chosen = () => page.locator('.layer-row[aria-selected=true] .truncate').allTextContents();
  const last = async () => (await client.documents.list({ trashed: false }))[0]?.node.label;
  const steps = async () => (await client.documents.list({ trashed: false }))[0]?.stepCount;
  await page.locator('.canvas-host').focus();
  for (const [index, name] of ['Layer', 'Layer 2', 'Layer 3', 'Layer 4'].entries()) {
    await page.keyboard.press('Control+Shift+n');
    await expect.poll(() => layerNames(page).then(([top, ...rest]) => [top, rest.length])).toEqual([name, index]);
  }

  await row('Layer 4').click();
  await row('Layer 2').click({ modifiers: ['Control'] });
  expect(await chosen()).toEqual(['Layer 4', 'Layer 2']);
  await page.getByRole('button', { name: 'Hide Layer 2' }).click();
  await expect.poll(last).toEqual({ what: 'hide-layers', name: 'Layer 2', more: 1 });
  expect(await page.getByRole('button', { name: /^Show Layer/ }).count()).toBe(2);
  await row('Layer 2').press('Alt+ArrowDown');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 3', 'Layer', 'Layer 4', 'Layer 2']);

  await row('Layer 3').click();
  await row('Layer 3').press('Shift+ArrowDown');
  expect(await chosen()).toEqual(['Layer 3', 'Layer']);
  await row('Layer 2').click({ modifiers: ['Shift'] });
  expect((await chosen()).length).toBe(4);

  // By keys alone: the arrows choose, with Ctrl they only go there, Space chooses more, and Tab goes to the row's buttons.
  const focused = () => page.locator('.layer-row:focus .truncate').allTextContents();
  await row('Layer 2').press('Home');
  await page.keyboard.press('ArrowDown');
  expect([await focused(), await chosen()]).toEqual([['Layer'], ['Layer']]);
  await page.keyboard.press('Control+End');
  expect([await focused(), await chosen()]).toEqual([['Layer 2'], ['Layer']]);
  await page.keyboard.press('Control+ ');
  expect([await focused(), await chosen()]).toEqual([['Layer 2'], ['Layer', 'Layer 2']]);
  await page.keyboard.press('Tab');
  await page.locator('button:focus', { has: page.locator('svg') }).waitFor();
  expect(await page.locator('button:focus').getAttribute('aria-label')).toBe('Show Layer 2');
  await page.keyboard.press('Shift+Tab');
  expect(await focused()).toEqual(['Layer 2']);
  await row('Layer 3').click();
  await row('Layer 4').click({ modifiers: ['Shift'] });
  const list = page.locator('.panel-list');
  const { height } = (await list.boundingBox())!;
  await page
    .locator('.layer-row')
    .nth(2)
    .dragTo(list, { targetPosition: { x: 60, y: height - 10 } });
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Layer 3', 'Layer', 'Layer 4']);

  await page.keyboard.press('Control+g');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Group', 'Layer 3', 'Layer', 'Layer 4']);
  await expect.poll(steps).toBe(9);
  await page.keyboard.press('Control+j');
  await expect.poll(async () => (await layerNames(page)).length).toBe(8);
  await page.keyboard.press('Shift+Delete');
  await expect.poll(async () => (await layerNames(page)).length).toBe(5);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Layer 3', 'Layer', 'Layer 4']);

  await row('Layer').click();
  await row('Layer 3').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+Shift+e');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Layer 3', 'Layer 4']);
  expect(await chosen()).toEqual(['Layer 3']);
  await page.keyboard.press('Control+z');
  await expect.poll(() => layerNames(page)).toEqual(['Layer 2', 'Layer 3', 'Layer', 'Layer 4']);
  expect(errors).toEqual([]);
});
