import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openRendererPage, type RendererPage } from '#testing/browser';

/** Machines that run many tests at once take their time. */
const poll = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 10_000 });

type Point = readonly [x: number, y: number];

/** The canvas in a real browser, worked on with a real pointer; the page is `canvas-demo`. */
describe('the canvas in Chromium', () => {
  let browser: RendererPage;
  let page: Page;

  beforeAll(async () => {
    browser = await openRendererPage({ path: 'canvas-demo/index.html', viewport: { width: 800, height: 600 } });
    ({ page } = browser);
  }, 60_000);
  afterAll(() => browser[Symbol.asyncDispose]());
  beforeEach(async () => {
    await page.goto(`${browser.origin}canvas-demo/index.html`);
    await page.waitForFunction('window.demo');
    await openPicture();
  }, 30_000);

  /** A picture of two colours, 400 × 300, at 100 % in the middle of the view: its left half red, its right half blue. */
  async function openPicture(): Promise<void> {
    await page.evaluate(`(async () => {
      const picture = new OffscreenCanvas(400, 300).getContext('2d');
      picture.fillStyle = '#ff0000';
      picture.fillRect(0, 0, 200, 300);
      picture.fillStyle = '#0000ff';
      picture.fillRect(200, 0, 200, 300);
      const blob = await picture.canvas.convertToBlob();
      await demo.open(new Uint8Array(await blob.arrayBuffer()));
      await canvas.loaded();
      canvas.viewport.zoomTo(1);
    })()`);
    expect(await page.evaluate('canvas.state.get().viewport')).toEqual({ x: 200, y: 150, zoom: 1 });
  }

  /** Drags through points of the document. */
  async function drag(...points: Point[]): Promise<void> {
    const [first, ...rest] = points.map(([x, y]): Point => [200 + x, 150 + y]);
    await page.mouse.move(...first!);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point, { steps: 4 });
    await page.mouse.up();
    await page.evaluate('canvas.settled()');
  }

  /** Begins a stroke from (100, 100) to the right, and takes it back before the button is let go. */
  async function takeBackStroke(): Promise<void> {
    await page.mouse.move(300, 250);
    await page.mouse.down();
    await page.mouse.move(380, 250, { steps: 4 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await page.evaluate('canvas.settled()');
  }

  const steps = (): Promise<string[]> => page.evaluate('demo.steps');

  /** A pixel of the document, as the model would get it. */
  const pixel = (x: number, y: number): Promise<number[]> =>
    page.evaluate(
      `canvas.read({ kind: 'picture' }, { rect: { x: ${x}, y: ${y}, width: 1, height: 1 } }).then(({ data }) => [...data])`,
    );

  /** A script that reads a pixel of the document off the screen. */
  const screenPixel = (x: number, y: number): string =>
    `[...document.querySelectorAll('canvas')[1].getContext('2d').getImageData(${200 + x}, ${150 + y}, 1, 1).data]`;

  /** The same pixel on the screen, once it is what the document says, or as it stays. */
  async function onScreen(x: number, y: number): Promise<number[]> {
    const wanted = JSON.stringify(await pixel(x, y));
    const read = screenPixel(x, y);
    for (let attempt = 0; attempt < 40; attempt++) {
      const shown = await page.evaluate<number[]>(read);
      if (JSON.stringify(shown) === wanted) return shown;
      await page.waitForTimeout(50);
    }
    return page.evaluate<number[]>(read);
  }

  it('draws under the pointer, keeps the stroke, undoes and redoes it', async () => {
    await page.evaluate('canvas.setSettings({ colour: { red: 0, green: 255, blue: 0 } })');
    await page.mouse.move(300, 250);
    await page.mouse.down();
    await page.mouse.move(380, 250, { steps: 4 });
    // Ink is there before the pointer is lifted, and nothing has been committed.
    await poll(() =>
      page.evaluate(`[...document.querySelectorAll('canvas')[1].getContext('2d').getImageData(340, 250, 1, 1).data]`),
    ).toEqual([0, 255, 0, 255]);
    expect(await steps()).toEqual([]);
    await page.mouse.up();
    await page.evaluate('canvas.settled()');
    expect(await steps()).toEqual(['brush']);
    expect(await onScreen(140, 100)).toEqual([0, 255, 0, 255]);
    await page.keyboard.press('Control+z');
    await poll(() => pixel(140, 100)).toEqual([255, 0, 0, 255]);
    expect(await onScreen(140, 100)).toEqual([255, 0, 0, 255]);
    await page.keyboard.press('Control+y');
    await poll(() => pixel(140, 100)).toEqual([0, 255, 0, 255]);
    expect(await onScreen(140, 100)).toEqual([0, 255, 0, 255]);
  });

  it('moves what is selected and leaves a hole', async () => {
    await page.keyboard.press('m');
    await drag([10, 10], [60, 60]);
    expect(await page.evaluate('canvas.state.get().selectionBounds')).toEqual({ x: 10, y: 10, width: 50, height: 50 });
    await page.keyboard.press('v');
    await drag([30, 30], [280, 130]);
    expect(await steps()).toEqual(['select', 'move-pixels']);
    expect(await onScreen(30, 30)).toEqual([0, 0, 0, 0]);
    expect(await onScreen(280, 130)).toEqual([255, 0, 0, 255]);
    await poll(() => page.evaluate('canvas.state.get().selectionBounds')).toEqual({
      x: 260,
      y: 110,
      width: 50,
      height: 50,
    });
  });

  it('moves a whole layer without touching its pixels', async () => {
    await page.keyboard.press('v');
    await poll(() => page.evaluate('canvas.state.get().activeBounds?.bounds.width')).toBe(400);
    await drag([100, 100], [150, 100]);
    expect(await steps()).toEqual(['move']);
    expect(await page.evaluate('demo.document().layers.photo.transform')).toMatchObject({ e: 50, f: 0 });
    expect(await page.evaluate('demo.document().layers.photo.pixels.kind')).toBe('picture');
    expect(await onScreen(30, 100)).toEqual([0, 0, 0, 0]);
    expect(await onScreen(220, 100)).toEqual([255, 0, 0, 255]);
    expect(await onScreen(260, 100)).toEqual([0, 0, 255, 255]);
  });

  it('moves by numbers, in sight at once, and as one step', async () => {
    await page.keyboard.press('v');
    await poll(() => page.evaluate('canvas.state.get().box')).toMatchObject({ x: 0, y: 0, width: 400, degrees: 0 });
    for (const x of [10, 20, 50]) await page.evaluate(`canvas.placeBox({ x: ${x} })`);
    expect(await page.evaluate('canvas.state.get().box')).toMatchObject({ x: 50, y: 0 });
    await poll(() => page.evaluate(screenPixel(30, 100))).toEqual([0, 0, 0, 0]);
    expect(await steps()).toEqual([]);
    await page.evaluate('canvas.endPlacing()');
    expect(await steps()).toEqual(['move']);
    await page.evaluate('canvas.placeBox({ width: 200, height: 150 }), canvas.endPlacing()');
    expect(await page.evaluate('demo.document().layers.photo.transform')).toMatchObject({
      a: 0.5,
      d: 0.5,
      e: 50,
      f: 0,
    });
    // Back where it was: nothing to undo.
    await page.evaluate('canvas.placeBox({ x: 60 }), canvas.placeBox({ x: 50 }), canvas.endPlacing()');
    expect(await steps()).toEqual(['move', 'transform']);
  });

  it('moves selected pixels by numbers, and the box stays with them', async () => {
    await page.keyboard.press('m');
    await drag([10, 10], [60, 60]);
    await page.keyboard.press('v');
    await poll(() => page.evaluate('canvas.state.get().box')).toMatchObject({ x: 10, y: 10, width: 50 });
    await page.evaluate('canvas.placeBox({ x: 260 }), canvas.endPlacing()');
    expect(await page.evaluate('canvas.state.get().box')).toMatchObject({ x: 260, y: 10, width: 50 });
    await page.evaluate('canvas.settled()');
    expect(await steps()).toEqual(['select', 'move-pixels']);
    expect(await onScreen(280, 30)).toEqual([255, 0, 0, 255]);
    await poll(() => page.evaluate('canvas.state.get().box')).toMatchObject({ x: 260, y: 10, width: 50 });
  });

  it('draws the pasteboard again after the canvas was wiped by being fitted to the window', async () => {
    await page.goto(`${browser.origin}canvas-demo/index.html`);
    await page.waitForFunction('window.demo');
    await page.waitForTimeout(300);
    const board = `[...document.querySelectorAll('canvas')[0].getContext('2d').getImageData(5, 5, 1, 1).data]`;
    expect(await page.evaluate(board)).toEqual([107, 107, 107, 255]);
  });

  it('selects by colour and fills through the selection', async () => {
    await page.keyboard.press('w');
    await drag([300, 100]);
    await page.evaluate(`canvas.setSettings({ colour: { red: 255, green: 255, blue: 0 } })`);
    await page.evaluate('canvas.commands.fillSelection()');
    await page.evaluate('canvas.settled()');
    expect(await steps()).toEqual(['select-similar', 'fill']);
    expect(await onScreen(390, 290)).toEqual([255, 255, 0, 255]);
    expect(await onScreen(100, 100)).toEqual([255, 0, 0, 255]);
  });

  it('crops, and what was in view stays where it was', async () => {
    await page.keyboard.press('c');
    await drag([150, 50], [350, 250]);
    await page.keyboard.press('Enter');
    await poll(() => page.evaluate('demo.document().width')).toBe(200);
    expect(await pixel(0, 0)).toEqual([255, 0, 0, 255]);
    expect(await pixel(60, 0)).toEqual([0, 0, 255, 255]);
    expect(await page.evaluate('canvas.state.get().viewport')).toEqual({ x: 350, y: 200, zoom: 1 });
    await page.keyboard.press('Control+z');
    await poll(() => page.evaluate('demo.document().width')).toBe(400);
    expect(await page.evaluate('canvas.state.get().viewport')).toEqual({ x: 200, y: 150, zoom: 1 });
  });

  it('shows all of a document that became a little larger', async () => {
    await page.evaluate(`demo.show(demo.resizeCanvas(demo.document(), { width: 410, height: 300 }, { x: 5, y: 0 }))`);
    await page.evaluate('canvas.viewport.zoomTo(1)');
    await poll(() => page.evaluate('canvas.state.get().viewport.zoom')).toBe(1);
    const { x, y } = await page.evaluate<{ x: number; y: number }>('canvas.state.get().viewport');
    const shown = (at: number): Promise<number[]> =>
      page.evaluate(
        `[...document.querySelectorAll('canvas')[1].getContext('2d').getImageData(${x + at}, ${y + 100}, 1, 1).data]`,
      );
    await poll(() => shown(2)).toEqual([0, 0, 0, 0]);
    await poll(() => shown(6)).toEqual([255, 0, 0, 255]);
    await poll(() => shown(404)).toEqual([0, 0, 255, 255]);
  });

  it('shows where the document shall grow to, and fits it alone again when that is taken back', async () => {
    await page.evaluate('canvas.viewport.fit()');
    await poll(() => page.evaluate('canvas.state.get().viewport.zoom')).toBeCloseTo(528 / 300);
    await page.evaluate('canvas.commands.setExtendFrame({ x: 0, y: 0, width: 800, height: 300 })');
    await poll(() => page.evaluate('canvas.state.get().viewport.zoom')).toBeCloseTo(728 / 800);
    await page.evaluate('canvas.commands.setExtendFrame(null)');
    await poll(() => page.evaluate('canvas.state.get().viewport.zoom')).toBeCloseTo(528 / 300);
  });

  it('says why it does not paint where there are layers and none is chosen, and paints nothing', async () => {
    await page.evaluate(`canvas.setActive(null)`);
    await drag([100, 100], [200, 100]);
    expect(await page.evaluate('demo.faults')).toEqual(['no-layer']);
    expect(await steps()).toEqual([]);
  });

  describe('in a document without any layer', () => {
    interface Layer {
      readonly id: string;
      readonly name: string;
      readonly kind: string;
    }
    const layers = (): Promise<Layer[]> =>
      page.evaluate('Object.values(demo.document().layers).map(({ id, name, kind }) => ({ id, name, kind }))');
    const green = [0, 255, 0, 255];

    beforeEach(async () => {
      await page.evaluate(`demo.show(demo.createDocument({ width: 400, height: 300 }))`);
      await page.evaluate('canvas.setSettings({ colour: { red: 0, green: 255, blue: 0 } })');
    });

    it('makes one of the first stroke, seen at once, and undoes and redoes both in one step', async () => {
      await page.mouse.move(300, 250);
      await page.mouse.down();
      await page.mouse.move(380, 250, { steps: 4 });
      await poll(() => page.evaluate(screenPixel(140, 100))).toEqual(green);
      expect(await layers()).toEqual([]);
      await page.mouse.up();
      await page.evaluate('canvas.settled()');
      expect(await steps()).toEqual(['brush']);
      const made = await layers();
      expect(made).toEqual([{ id: expect.any(String), name: 'Layer', kind: 'raster' }]);
      expect(await onScreen(140, 100)).toEqual(green);
      await page.evaluate('demo.undo()');
      expect(await layers()).toEqual([]);
      expect(await onScreen(140, 100)).toEqual([0, 0, 0, 0]);
      await page.evaluate('demo.redo()');
      expect(await layers()).toEqual(made);
      expect(await onScreen(140, 100)).toEqual(green);
    });

    it('goes on painting on the layer it has made, however soon', async () => {
      await page.mouse.move(300, 250);
      for (const x of [320, 340]) {
        await page.mouse.down();
        await page.mouse.move(x, 250);
        await page.mouse.up();
      }
      await page.evaluate('canvas.settled()');
      await drag([200, 100], [240, 100]);
      expect(await steps()).toEqual(['brush', 'brush', 'brush']);
      expect(await layers()).toHaveLength(1);
      expect(await page.evaluate('demo.faults')).toEqual([]);
      expect([await pixel(130, 100), await pixel(220, 100)]).toEqual([green, green]);
    });

    it('makes one of a fill, with the tool or without, and again after an undo', async () => {
      await page.keyboard.press('g');
      await drag([100, 100]);
      const [first] = await layers();
      await page.evaluate('demo.undo()');
      await drag([100, 100]);
      expect(await pixel(390, 290)).toEqual(green);
      const [second] = await layers();
      expect(second?.id).not.toBe(first?.id);
      await page.evaluate('demo.undo()');
      await page.evaluate('canvas.commands.fillSelection()');
      expect(await steps()).toEqual(['fill', 'fill', 'fill']);
      expect(await layers()).toHaveLength(1);
      expect(await pixel(390, 290)).toEqual(green);
    });

    it('makes none of paint that nobody can see, and one as soon as some of it is on the paper', async () => {
      await drag([-100, 100], [-80, 100]);
      expect(await steps()).toEqual([]);
      expect(await layers()).toEqual([]);
      await drag([-100, 150], [100, 150]);
      expect(await steps()).toEqual(['brush']);
      expect(await onScreen(50, 150)).toEqual(green);
    });

    it('makes none of a stroke that is taken back, nor for the eraser', async () => {
      await takeBackStroke();
      expect(await onScreen(140, 100)).toEqual([0, 0, 0, 0]);
      await page.keyboard.press('e');
      await drag([100, 100], [200, 100]);
      expect(await page.evaluate('demo.faults')).toEqual(['no-layer']);
      expect(await steps()).toEqual([]);
      expect(await layers()).toEqual([]);
    });
  });

  it('takes back a stroke on Escape', async () => {
    await takeBackStroke();
    expect(await steps()).toEqual([]);
    expect(await onScreen(140, 100)).toEqual([255, 0, 0, 255]);
  });

  it('pans with Space in the middle of work, and zooms to the pointer', async () => {
    await page.mouse.move(400, 300);
    await page.keyboard.down(' ');
    await page.mouse.down();
    await page.mouse.move(430, 320);
    await page.mouse.up();
    await page.keyboard.up(' ');
    expect(await page.evaluate('canvas.state.get().viewport')).toEqual({ x: 230, y: 170, zoom: 1 });
    expect(await steps()).toEqual([]);
    await page.mouse.wheel(0, -400);
    await poll(() => page.evaluate('canvas.state.get().viewport.zoom')).toBeGreaterThan(1.4);
    const under = await page.evaluate(
      `(({ x, y, zoom }) => [(430 - x) / zoom, (320 - y) / zoom])(canvas.state.get().viewport)`,
    );
    expect((under as number[]).map(Math.round)).toEqual([200, 150]);
  });

  it('zooms and pans with two fingers, and forgets what the first of them began', async () => {
    const touch = await page.context().newCDPSession(page);
    const fingers = (type: string, ...touchPoints: { x: number; y: number }[]) =>
      touch.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints });
    await fingers('touchStart', { x: 350, y: 300 });
    await fingers('touchMove', { x: 360, y: 300 });
    await fingers('touchStart', { x: 360, y: 300 }, { x: 460, y: 300 });
    await fingers('touchMove', { x: 320, y: 310 }, { x: 520, y: 310 });
    // What was between the fingers is between them still, twice as large.
    await poll(() => page.evaluate('canvas.state.get().viewport')).toEqual({ x: 0, y: 10, zoom: 2 });
    await fingers('touchMove', { x: 320, y: 310 }, { x: 420, y: 310 });
    await poll(() => page.evaluate('canvas.state.get().viewport.zoom')).toBe(1);
    await fingers('touchEnd');
    await page.evaluate('canvas.settled()');
    expect(await steps()).toEqual([]);
    await fingers('touchStart', { x: 350, y: 300 });
    await fingers('touchMove', { x: 380, y: 300 });
    await fingers('touchEnd');
    await page.evaluate('canvas.settled()');
    expect(await steps()).toEqual(['brush']);
  });

  it('compares with what was before, left of a line that can be dragged', async () => {
    await page.evaluate('window.before = demo.document()');
    await page.evaluate('canvas.setSettings({ colour: { red: 0, green: 255, blue: 0 } })');
    await drag([20, 150], [380, 150]);
    await page.evaluate('canvas.compare(window.before, 0.5)');
    const shown = (x: number): Promise<number[]> =>
      page.evaluate(`[...document.querySelectorAll('canvas')[1].getContext('2d').getImageData(${x}, 300, 1, 1).data]`);
    await poll(() => shown(300)).toEqual([255, 0, 0, 255]);
    await poll(() => shown(500)).toEqual([0, 255, 0, 255]);
    await page.mouse.move(400, 300);
    await page.mouse.down();
    await page.mouse.move(520, 300, { steps: 3 });
    await page.mouse.up();
    await poll(() => shown(500)).toEqual([0, 0, 255, 255]);
    expect(await steps()).toEqual(['brush']);
  });

  it('shows previews and results in place without them becoming part of the document', async () => {
    await page.evaluate(`(() => {
      const picture = new OffscreenCanvas(4, 4).getContext('2d');
      picture.fillStyle = '#ffffff';
      picture.fillRect(0, 0, 4, 4);
      const rect = { x: 50, y: 50, width: 100, height: 100 };
      window.result = { picture: picture.canvas, rect, within: { x: 0, y: 0, width: 400, height: 300 } };
      canvas.showResult({ ...result, progress: { rect, part: 0.5 } });
    })()`);
    const shown = (): Promise<number[]> =>
      page.evaluate(`[...document.querySelectorAll('canvas')[1].getContext('2d').getImageData(300, 250, 1, 1).data]`);
    await poll(shown).toEqual([255, 255, 255, 255]);
    expect(await pixel(100, 100)).toEqual([255, 0, 0, 255]);
    await page.evaluate('canvas.showResult({ ...result, isTinted: true })');
    await poll(shown).toEqual(expect.not.arrayContaining([0]));
    await poll(async () => (await shown())[1]! < 200).toBe(true);
    // Where the document is to grow there is nothing of it, and the result all the same.
    const beyond = { x: -60, y: 0, width: 120, height: 300 };
    await page.evaluate(
      `canvas.showResult({ ...result, rect: ${JSON.stringify(beyond)}, within: ${JSON.stringify(beyond)} })`,
    );
    await poll(() => page.evaluate(screenPixel(-30, 100))).toEqual([255, 255, 255, 255]);
    await page.evaluate('canvas.showResult(null)');
    await poll(shown).toEqual([255, 0, 0, 255]);
    await poll(() => page.evaluate(screenPixel(-30, 100))).toEqual([0, 0, 0, 0]);
  });

  it('is still seen when the view gets another size while it is being drawn', async () => {
    // What is drawn in the next frame is drawn before whatever the new size brings about.
    await page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => {
      canvas.viewport.panBy({ x: 0, y: 0 });
      document.querySelector('canvas').closest('.konvajs-content').parentElement.style.height = '560px';
      setTimeout(resolve, 300);
    }))`);
    const shown = `[...document.querySelectorAll('canvas')[1].getContext('2d').getImageData(300, 250, 1, 1).data]`;
    expect(await page.evaluate(shown)).toEqual([255, 0, 0, 255]);
  });

  it('leaves no error in the console', () => {
    expect(browser.errors).toEqual([]);
  });
});
