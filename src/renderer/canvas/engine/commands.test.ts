import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Document } from '#shared/document/document';
import { openRendererPage, type RendererPage } from '#testing/browser';

/** Green over red, half opaque: rounded once in the group, and once when that is painted. */
const mixed = [127, 128, 0, 255];

/** Commands on documents of several layers, in a real browser with the real workers; the page is `canvas-demo`. */
describe('the commands of the canvas', () => {
  let browser: RendererPage;
  let page: Page;

  beforeAll(async () => {
    browser = await openRendererPage({ path: 'canvas-demo/index.html', viewport: { width: 800, height: 600 } });
    ({ page } = browser);
  }, 60_000);
  afterAll(() => browser[Symbol.asyncDispose]());

  /** A document of 300 × 200: a red layer all over it, and above a green square of 100 at 50,40, half opaque, in a group. */
  beforeEach(async () => {
    await page.goto(`${browser.origin}canvas-demo/index.html`);
    await page.waitForFunction('window.demo');
    await page.evaluate(`(async () => {
      const flat = (width, height, colour) => ({
        width, height, channels: 4, data: Uint8Array.from({ length: width * height * 4 }, (_, i) => colour[i % 4]),
      });
      demo.show(demo.createDocument({ width: 300, height: 200 }));
      canvas.setActive(null);
      await canvas.commands.paste(flat(300, 200, [255, 0, 0, 255]), 'red');
      await canvas.commands.paste(flat(100, 100, [0, 255, 0, 255]), 'green', { x: 50, y: 40 });
      const [red, green] = demo.document().order;
      Object.assign(window, { red, green });
      const group = demo.createLayer('group', 'group');
      demo.show(demo.setLayerProperties(demo.groupLayers(demo.document(), [green], group), [green], { opacity: 0.5 }));
      canvas.setActive({ layer: red, part: 'pixels' });
      demo.steps.length = 0;
      await canvas.loaded();
    })()`);
  }, 30_000);

  /** Runs something, and waits until it has become a commit. */
  const run = async <Value>(script: string): Promise<Value> => {
    const value = await page.evaluate<Value>(script);
    await page.evaluate('canvas.settled()');
    return value;
  };
  const steps = (): Promise<string[]> => page.evaluate('demo.steps');
  const document = (): Promise<Document> => page.evaluate('demo.document()');
  const pixel = (x: number, y: number): Promise<number[]> =>
    page.evaluate(
      `canvas.read({ kind: 'picture' }, { rect: { x: ${x}, y: ${y}, width: 1, height: 1 } }).then(({ data }) => [...data])`,
    );
  const picture = (): Promise<string> =>
    page.evaluate(`canvas.read({ kind: 'picture' }).then(({ data }) => data.join())`);
  const selectionBounds = (): Promise<unknown> => page.evaluate('canvas.state.get().selectionBounds');
  /** Selects a rectangle with the tool, as there is no command for it. */
  async function select(x: number, y: number, width: number, height: number): Promise<void> {
    const viewport = await page.evaluate<{ x: number; y: number; zoom: number }>('canvas.state.get().viewport');
    const moveTo = (across: number, down: number) =>
      page.mouse.move(viewport.x + across * viewport.zoom, viewport.y + down * viewport.zoom, { steps: 3 });
    await page.evaluate(`canvas.chooseTool('rect-select')`);
    await moveTo(x, y);
    await page.mouse.down();
    await moveTo(x + width, y + height);
    await page.mouse.up();
    await page.evaluate('canvas.settled()');
    await expect.poll(selectionBounds, { timeout: 10_000 }).toEqual({ x, y, width, height });
  }

  it('copy what is selected, cut it out, and paste it as a layer', async () => {
    await select(20, 30, 40, 50);
    const copied = await run<number[]>(
      `canvas.commands.cut().then((it) => [it.x, it.y, it.width, it.height, ...it.data.slice(0, 4)])`,
    );
    expect(copied).toEqual([20, 30, 40, 50, 255, 0, 0, 255]);
    expect(await pixel(25, 35)).toEqual([0, 0, 0, 0]);
    expect(await pixel(60, 35)).toEqual([255, 0, 0, 255]);
    await run(`canvas.commands.copy('picture').then((it) => canvas.commands.paste(it, 'copy', { x: 200, y: 100 }))`);
    // Where the square was seen, half transparent over nothing.
    expect(await page.evaluate('demo.document().order.length')).toBe(3);
    expect(await steps()).toEqual(['select', 'cut', 'paste']);
  });

  it('merge down, and nothing looks different', async () => {
    await run(`demo.show(demo.setLayerProperties(demo.document(), [window.red], { opacity: 0.8 }))`);
    const before = await picture();
    await page.evaluate(`canvas.setActive({ layer: 'group', part: 'pixels' })`);
    expect(await run('canvas.commands.mergeDown()')).toBeNull();
    expect((await document()).order).toHaveLength(1);
    expect(await picture()).toBe(before);
    expect(await run('canvas.commands.mergeDown()')).toBe('no-layer');
  });

  it('merge layers out of different groups, with their opacity, masks and modes, and nothing looks different', async () => {
    // Blue, multiplied, above the group, which is moved, faded and masked; a hidden layer is on top.
    await page.evaluate(`(async () => {
      const flat = (width, height, colour) => ({
        width, height, channels: 4, data: Uint8Array.from({ length: width * height * 4 }, (_, i) => colour[i % 4]),
      });
      const set = (id, properties) => demo.show(demo.setLayerProperties(demo.document(), [id], properties));
      canvas.setActive(null);
      await canvas.commands.paste(flat(120, 90, [40, 90, 200, 255]), 'blue', { x: 80, y: 60 });
      await canvas.commands.paste(flat(300, 200, [255, 255, 255, 255]), 'hidden', { x: 0, y: 0 });
      const [blue, hidden] = demo.document().order.slice(-2);
      Object.assign(window, { blue, hidden });
      canvas.setActive({ layer: blue, part: 'pixels' });
      canvas.setSettings({ select: { mode: 'replace', feather: 12 } });
      await canvas.commands.select({ kind: 'rect', rect: { x: 60, y: 50, width: 90, height: 80 } }, 'replace');
      await canvas.commands.maskActiveLayer();
      await canvas.commands.deselect();
      const { mask } = demo.document().layers[blue];
      set(hidden, { visible: false });
      set(blue, { blend: 'multiply', opacity: 0.7 });
      set('group', { opacity: 0.6, mask, transform: { a: 1, b: 0, c: 0, d: 1, e: 20, f: 10 } });
      await canvas.loaded();
    })()`);
    const before = await picture();
    expect(await run('canvas.commands.merge([red])')).toBe('nothing-to-merge');
    expect(await run('canvas.commands.merge([red, green])')).toBeNull();
    expect(await picture()).toBe(before);
    expect((await document()).order).toHaveLength(4);
    const merged = await page.evaluate<string>('demo.document().order[1]');
    expect(await run(`canvas.commands.merge(['${merged}', blue, hidden])`)).toBeNull();
    expect(await picture()).toBe(before);
    // The group, which is empty by now, and the layer that is hidden stay.
    const { order, layers } = await document();
    expect([order[0], ...order.slice(1).map((id) => layers[id]!.name)]).toEqual(['group', 'blue', 'hidden']);
    expect((await steps()).slice(-2)).toEqual(['merge', 'merge']);
  });

  it('flatten all that can be seen', async () => {
    const before = await picture();
    await run(`canvas.commands.flatten('flat')`);
    const { order, layers } = await document();
    expect([order.length, Object.keys(layers).length]).toEqual([1, 1]);
    expect(await picture()).toBe(before);
  });

  it('flip and turn a layer around its middle', async () => {
    await page.evaluate(`canvas.setActive({ layer: window.green, part: 'pixels' })`);
    await expect
      .poll(() => page.evaluate('canvas.state.get().activeBounds?.bounds.width'), { timeout: 10_000 })
      .toBe(100);
    await run(`canvas.commands.transform({ a: 1, b: 0, c: 0, d: 0.5, e: 0, f: 0 })`);
    await run('canvas.commands.rotate(90)');
    // 100 × 50 at 50,20 has become 50 × 100 around 100,45.
    expect(await pixel(100, 94)).toEqual(mixed);
    expect(await pixel(52, 45)).toEqual([255, 0, 0, 255]);
    await run(`canvas.commands.flip('horizontal')`);
    expect(await steps()).toEqual(['transform', 'rotate', 'flip']);
  });

  it('move a group with all that is in it', async () => {
    await page.evaluate(`canvas.setActive({ layer: 'group', part: 'pixels' })`);
    await expect.poll(() => page.evaluate('canvas.state.get().activeBounds?.layer'), { timeout: 10_000 }).toBe('group');
    expect(await run('canvas.commands.transform({ a: 1, b: 0, c: 0, d: 1, e: 100, f: 30 })')).toBeNull();
    expect(await pixel(60, 50)).toEqual([255, 0, 0, 255]);
    expect(await pixel(160, 80)).toEqual(mixed);
    expect((await document()).layers).toMatchObject({ group: { transform: { e: 100, f: 30 } } });
  });

  it('move a chosen group once, whichever layer in it one works on', async () => {
    const inGroup = async () => {
      const { layers } = await document();
      return layers[await page.evaluate<keyof typeof layers>('window.green')]!.transform;
    };
    const before = await inGroup();
    await page.evaluate(`canvas.setActive({ layer: window.green, part: 'pixels' }, ['group'])`);
    await expect.poll(() => page.evaluate('canvas.state.get().activeBounds?.layer === green')).toBe(true);
    expect(await run('canvas.commands.transform({ a: 1, b: 0, c: 0, d: 1, e: 100, f: 30 })')).toBeNull();
    expect((await document()).layers).toMatchObject({ group: { transform: { e: 100, f: 30 } } });
    expect(await inGroup()).toEqual(before);
    expect(await pixel(160, 80)).toEqual(mixed);
  });

  it('make masks of selections, and selections of masks', async () => {
    await select(0, 0, 150, 200);
    expect(await run('canvas.commands.maskActiveLayer()')).toBeNull();
    expect(await pixel(10, 10)).toEqual([255, 0, 0, 255]);
    expect(await pixel(200, 150)).toEqual([0, 0, 0, 0]);
    await run(`canvas.commands.newMaskLayer('mask')`);
    const before = await picture();
    await run('canvas.commands.deselect()');
    await expect.poll(selectionBounds, { timeout: 10_000 }).toBeNull();
    await run(`canvas.commands.selectFrom({ kind: 'masks' }, 'replace')`);
    await expect.poll(selectionBounds, { timeout: 10_000 }).toEqual({ x: 0, y: 0, width: 150, height: 200 });
    expect(await picture()).toBe(before);
    const mask = await page.evaluate(
      `canvas.read({ kind: 'masks' }).then((it) => [it.channels, it.width, it.data[0]])`,
    );
    expect(mask).toEqual([1, 150, 255]);
  });

  it('change selections by numbers, and say when there is none', async () => {
    expect(await run(`canvas.commands.changeSelection({ kind: 'grow', radius: 5 })`)).toBe('nothing-selected');
    await select(50, 50, 20, 20);
    await run(`canvas.commands.changeSelection({ kind: 'grow', radius: 5 })`);
    await expect.poll(selectionBounds, { timeout: 10_000 }).toEqual({ x: 45, y: 45, width: 30, height: 30 });
    await run('canvas.commands.invertSelection()');
    await run('canvas.commands.clear()');
    expect(await pixel(60, 60)).toEqual(mixed);
    expect(await pixel(250, 150)).toEqual([0, 0, 0, 0]);
  });

  it('crop to the selection', async () => {
    await select(40, 30, 100, 90);
    await run('canvas.commands.cropToSelection()');
    expect(await document()).toMatchObject({ width: 100, height: 90 });
    expect(await pixel(9, 9)).toEqual([255, 0, 0, 255]);
    expect(await pixel(10, 10)).toEqual(mixed);
  });

  it('say what went wrong when nothing can be stored, and show the document as it is', async () => {
    const before = await picture();
    await page.evaluate(`demo.source.put = () => Promise.reject(new Error('the disk is full'))`);
    await run('canvas.commands.fillSelection()');
    expect(await page.evaluate('demo.faults')).toEqual([expect.stringContaining('the disk is full')]);
    expect(await steps()).toEqual([]);
    expect(await picture()).toBe(before);
  });

  it('leave the machine alone when there is nothing to do', async () => {
    await run('canvas.commands.selectAll()');
    await page.waitForTimeout(500);
    const frames = await page.evaluate(`new Promise((resolve) => {
      let count = 0;
      const request = window.requestAnimationFrame;
      window.requestAnimationFrame = (callback) => { count++; return request(callback); };
      setTimeout(() => resolve(count), 600);
    })`);
    // Motion is not wanted in this browser, so that even the ants stand still.
    expect(frames).toBe(0);
  });

  it('moves several layers as one, by numbers and by hand, each time in one step', async () => {
    await page.evaluate(`canvas.setActive({ layer: green, part: 'pixels' }, [red, green])`);
    await page.waitForFunction('canvas.state.get().activeBounds?.bounds.width === 300');
    const places = async () => {
      const { layers } = await document();
      const ids = await page.evaluate<(keyof typeof layers)[]>('[red, green]');
      return ids.map((id) => [layers[id]!.transform.e, layers[id]!.transform.f]);
    };
    expect(await places()).toEqual([
      [0, 0],
      [50, 40],
    ]);
    await run('canvas.commands.transform({ a: 1, b: 0, c: 0, d: 1, e: 10, f: 5 })');
    expect(await places()).toEqual([
      [10, 5],
      [60, 45],
    ]);

    await page.keyboard.press('v');
    const { x, y, zoom } = await page.evaluate<{ x: number; y: number; zoom: number }>('canvas.state.get().viewport');
    await page.mouse.move(x + 100 * zoom, y + 100 * zoom);
    await page.mouse.down();
    await page.mouse.move(x + 120 * zoom, y + 130 * zoom, { steps: 4 });
    await page.mouse.up();
    await page.evaluate('canvas.settled()');
    const [[left, top], inGroup] = (await places()) as [[number, number], [number, number]];
    expect([left, top]).not.toEqual([10, 5]);
    expect(inGroup).toEqual([left + 50, top + 40]);
    expect(await steps()).toEqual(['transform', 'move']);
    await page.evaluate('demo.undo()');
    expect(await places()).toEqual([
      [10, 5],
      [60, 45],
    ]);
  });
});
