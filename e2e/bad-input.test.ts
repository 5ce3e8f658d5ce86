/** @file What goes wrong, and how one goes on: the real page and host, and an engine that fails when it is told to. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { fillableDisk } from '../src/testing/fillable-disk.ts';
import type { FakeEngineFaults } from '../src/testing/fake-engine.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { drop, dropFile, paste, slope } from './pictures.ts';
import { errorsOf, shareBrowser } from './studio-page.ts';

const studios = shareBrowser({ engine: 'src/testing/fake-engine.ts' });

const alert = (page: Page) => page.locator('.fault-strip[role=alert]');
const trouble = (page: Page) => page.locator('.fault-strip[role=status]');
const layers = (page: Page): Promise<number> => page.locator('.layer-row').count();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Writes a sentence and presses Enter. */
async function run(page: Page, words: string): Promise<void> {
  await page.locator('#prompt').fill(words);
  await page.locator('#prompt').press('Enter');
}

async function addLayer(page: Page): Promise<void> {
  const before = await layers(page);
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Control+Shift+n');
  await expect.poll(() => layers(page)).toBe(before + 1);
}

/** A PNG file that says it has ten thousand megapixels, and has none. */
function boundless(): Buffer {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(100_000, 0);
  size.writeUInt32BE(100_000, 4);
  size.set([8, 6], 8);
  const chunk = (name: string, content: Buffer): Buffer => {
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    const named = Buffer.concat([Buffer.from(name), content]);
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const pixels = deflateSync(Buffer.alloc(16));
  return Buffer.concat([signature, chunk('IHDR', size), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

describe('what is no picture', () => {
  it('is refused by name when it is dropped, and keeps nothing else from being opened', async () => {
    const { page } = await studios.open();
    const picture = await slope();
    await drop(page, { files: { 'notes.txt': Buffer.from('milk, bread'), 'slope.png': picture } });
    await expect.poll(() => page.locator('.tab').allTextContents()).toEqual(['slope']);
    await expect.poll(() => alert(page).textContent()).toContain('notes.txt: This file is not a picture');

    for (const [name, bytes, sentence] of [
      ['cut.png', picture.subarray(0, picture.length / 2), 'incomplete'],
      ['wide.png', boundless(), '10,000 megapixels'],
      ['empty.png', Buffer.alloc(0), 'empty'],
    ] as const) {
      await dropFile(page, name, bytes);
      await expect.poll(() => alert(page).textContent()).toContain(sentence);
      expect(await alert(page).textContent()).toContain(name);
      await button(page, 'Dismiss').click();
      expect(await alert(page).count()).toBe(0);
    }
    expect(await layers(page)).toBe(1);
  });

  it('leaves its words to the prompt when it is pasted, and the page where it is when it is dropped', async () => {
    const { page, errors } = await studios.open();
    const data = { 'text/html': '<b>a brass lamp</b><img src="https://example.org/lamp.png">' };
    await paste(page, { data: { ...data, 'text/plain': 'a brass lamp' } });
    await button(page, 'Use its words as prompt').click();
    expect(await page.locator('#prompt').inputValue()).toBe('a brass lamp');
    await drop(page, { data: { ...data, 'text/uri-list': 'https://example.org/lamp.png' } });
    await page.getByText('Only files can be dropped here').waitFor();
    await drop(page, { data: { 'application/x-ovis-picture': '{"blob":"../../secret","width":-1}' } });
    expect(await layers(page)).toBe(0);
    expect(errors).toEqual([]);
  });
});

describe('an engine', () => {
  it('that dies in the middle of a job is started again, says why the job failed, and does the next one', async () => {
    const faults: { -readonly [Key in keyof FakeEngineFaults]: FakeEngineFaults[Key] } = { inJob: 'crash' };
    const { page, errors, client } = await studios.open({ faults, limits: { backoffMs: 10 } });
    await run(page, 'a lamp');
    await expect.poll(() => page.locator('.candidate-words').textContent()).toContain('The engine stopped 2 times');
    expect((await client.jobs.list())[0]).toMatchObject({ state: 'failed', attempts: 2 });
    delete faults.inJob;
    await page.getByRole('tab', { name: 'Jobs' }).click();
    await button(page, 'Run again').click();
    await expect.poll(async () => (await client.jobs.list()).map(({ state }) => state)).toEqual(['failed', 'finished']);
    expect(errors).toEqual([]);
  });

  it('that hangs is ended, and the job done by the next one, without anybody’s doing', async () => {
    const countFile = join(await temporaryFolder(), 'count');
    const limits = { heartbeatMs: 100, busySilenceMs: 5000, backoffMs: 10 };
    const { page, errors, client } = await studios.open({ faults: { inJob: 'hang', times: 1, countFile }, limits });
    await run(page, 'a lamp');
    await addLayer(page);
    const told = async () => (await client.jobs.list()).map(({ state, attempts }) => `${state} ${attempts}`);
    await expect.poll(told, { timeout: 60_000 }).toEqual(['finished 2']);
    await page.locator('.candidate img').waitFor();
    expect(errors).toEqual([]);
  });
});

describe('a model', () => {
  it('that has been deleted is missed before anything is queued, and another one is a click away', async () => {
    const { page, home, client } = await studios.open();
    await rm(join(home, 'models', 'tiny'), { recursive: true });
    await run(page, 'a lamp');
    await expect.poll(() => alert(page).textContent()).toContain('is not installed');
    await alert(page).getByRole('button', { name: 'Models' }).click();
    await page.getByRole('dialog').getByText('Add a model').waitFor();
    expect(await client.jobs.list()).toEqual([]);
  });

  it('that is larger than the memory says so in the list and when it is to be used', async () => {
    const { page, client } = await studios.open({ memoryBytes: 100_000 });
    await run(page, 'a lamp');
    await page
      .getByText(/memory/)
      .first()
      .waitFor();
    await page.locator('.model-chip').click();
    await page.getByRole('dialog').getByText('choose a smaller model or precision').waitFor();
    expect(await client.jobs.list()).toEqual([]);
  });
});

describe('a host', () => {
  it('that goes away and comes back finds all that was done meanwhile, and goes on telling what happens', async () => {
    const first = await studios.open();
    const { page } = first;
    await dropFile(page, 'slope.png', await slope());
    await expect.poll(() => layers(page)).toBe(1);
    await first.host.close();
    await first.studio.close();
    await trouble(page).getByText('The studio does not answer').waitFor();
    await addLayer(page);
    await page.keyboard.press('b');
    const box = (await page.locator('.canvas-host').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2 - 50, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 50, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => page.locator('.run').isDisabled()).toBe(true);

    const second = await studios.restart(first);
    await expect.poll(() => trouble(page).count()).toBe(0);
    await expect.poll(() => page.locator('.status-bar').textContent()).toContain('Saved');
    const [document] = await second.client.documents.list({ trashed: false });
    await expect
      .poll(async () => (await second.client.documents.list({ trashed: false }))[0]?.node.label)
      .toEqual({ what: 'brush' });
    expect(document).toMatchObject({ title: 'slope' });
    await page.keyboard.press('Control+z');
    await expect
      .poll(async () => (await second.client.documents.list({ trashed: false }))[0]?.node.label)
      .toEqual({ what: 'new-layer' });
    await run(page, 'make it green');
    await page.locator('.candidate img').waitFor();
  });

  it('that does not know the browser any more lets it in by a new link, and nothing is lost', async () => {
    const first = await studios.open({ locale: 'zh-CN' });
    const { page, home } = first;
    await first.host.close();
    await first.studio.close();
    await rm(join(home, 'web-sessions.json'));
    await addLayer(page);
    const second = await studios.restart(first);
    await trouble(page).getByText('工作室已不再认识此浏览器').waitFor();
    const link = trouble(page).getByRole('textbox', { name: '链接' });
    await link.fill('http://127.0.0.1/?token=guess');
    await link.press('Enter');
    await expect.poll(() => alert(page).textContent()).toContain('此链接已失效');
    await link.fill(second.host.newLink());
    await link.press('Enter');
    await expect.poll(() => page.locator('.fault-strip').count()).toBe(0);
    await expect.poll(async () => (await second.client.documents.list({ trashed: false }))[0]?.stepCount).toBe(2);
  });
});

describe('a document', () => {
  it('in two tabs is the same in both', async () => {
    const { page, host, errors } = await studios.open();
    await addLayer(page);
    const other = await page.context().newPage();
    const otherErrors = errorsOf(other);
    await other.goto(`http://127.0.0.1:${host.port}/`);
    await expect.poll(() => layers(other)).toBe(1);
    await addLayer(other);
    await expect.poll(() => layers(page)).toBe(2);
    await page.locator('.canvas-host').focus();
    await page.keyboard.press('Control+z');
    await expect.poll(() => layers(other)).toBe(1);
    await other.close();
    await addLayer(page);
    expect([...errors, ...otherErrors]).toEqual([]);
  });

  it('that another program has open can be looked at, and a copy of it be worked on', async () => {
    const first = await studios.open();
    await addLayer(first.page);
    const { page } = await studios.open({ home: first.home });
    await trouble(page).getByText('This document is open in Ovis Studio').waitFor();
    await expect.poll(() => layers(page)).toBe(1);
    const eye = page.getByRole('treeitem').getByRole('button').first();
    expect(await eye.isDisabled()).toBe(true);
    await button(page, 'Open a copy').click();
    await expect.poll(() => trouble(page).count()).toBe(0);
    await expect.poll(() => eye.isDisabled()).toBe(false);
    await expect.poll(() => page.locator('.tab').count()).toBe(2);
    await addLayer(page);
    expect(await layers(first.page)).toBe(1);
  });

  it('waits in the window while the disk is full, and is saved as soon as there is room', async () => {
    const disk = fillableDisk();
    const { page, client } = await studios.open({ fs: disk.fs });
    await dropFile(page, 'slope.png', await slope());
    await expect.poll(() => layers(page)).toBe(1);
    await expect.poll(() => page.locator('.status-bar').textContent()).toContain('Saved');
    disk.isFull = true;
    await addLayer(page);
    await trouble(page).getByText('the disk is full').waitFor();
    await page.keyboard.press('b');
    const box = (await page.locator('.canvas-host').boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    expect(await page.locator('.status-bar').textContent()).not.toContain('Saved');
    await button(page, 'Try now').click();
    await trouble(page).getByText('the disk is full').waitFor();
    disk.isFull = false;
    await expect.poll(() => trouble(page).count()).toBe(0);
    await expect.poll(() => page.locator('.status-bar').textContent()).toContain('Saved');
    await expect
      .poll(async () => (await client.documents.list({ trashed: false }))[0]?.node.label)
      .toEqual({ what: 'brush' });
  });

  it('goes on in a copy where a document cannot be saved any more', async () => {
    const disk = fillableDisk();
    const { page, client } = await studios.open({ fs: disk.fs });
    await dropFile(page, 'slope.png', await slope());
    await expect.poll(() => page.locator('.tab-title').allTextContents()).toEqual(['slope']);
    await expect.poll(() => page.locator('.status-bar').textContent()).toContain('Saved');
    disk.stuck = (await client.documents.list({ trashed: false })).find(({ title }) => title === 'slope')!.id;
    disk.isFull = true;
    await addLayer(page);
    await trouble(page).getByText('the disk is full').waitFor();
    disk.isFull = false;
    await button(page, 'Try now').click();
    await trouble(page).getByText('The disk refuses to be written').waitFor();
    await button(page, 'Go on in a copy').click();
    await expect.poll(() => page.locator('.tab-title').allTextContents()).toEqual(['slope copy']);
    await expect.poll(() => layers(page)).toBe(2);
    await expect.poll(() => trouble(page).count()).toBe(0);
    await addLayer(page);
    await expect
      .poll(async () => (await client.documents.list({ trashed: false }))[0])
      .toMatchObject({ title: 'slope copy', stepCount: 2 });
  });
});

it('what is copied can be pasted, also where the browser keeps its clipboard to itself', async () => {
  const { page } = await studios.open();
  await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
  await dropFile(page, 'slope.png', await slope());
  await expect.poll(() => layers(page)).toBe(1);
  await page.locator('.canvas-host').focus();
  await page.keyboard.press('Control+c');
  await page.getByText('Copied, for the studio alone').waitFor();
  await paste(page, { data: { 'text/plain': 'from before' } });
  await expect.poll(() => layers(page)).toBe(2);
});

it('a mistake in one panel leaves the rest of the window, and the panel is there again when it is tried anew', async () => {
  const { page } = await studios.open();
  await addLayer(page);
  // Anything that fails while a panel is drawn: here its times cannot be told.
  await page.evaluate(
    'window.told = Intl.DateTimeFormat; Intl.DateTimeFormat = () => { throw new Error("no clock"); }',
  );
  await page.getByRole('tab', { name: 'History' }).click();
  const stopped = page.getByRole('alert').filter({ hasText: 'made a mistake and stopped' });
  await stopped.waitFor();
  await page.getByRole('tab', { name: 'Layers' }).click();
  await addLayer(page);
  await page.getByRole('tab', { name: 'History' }).click();
  await stopped.waitFor();
  await page.evaluate('Intl.DateTimeFormat = window.told');
  await button(page, 'Try again').click();
  await expect.poll(() => page.locator('.history-step').count()).toBe(3);
});
