import type { Page } from 'playwright-core';
import sharp from 'sharp';

import { renderScene } from '#train/data/scene/render-scene';
import type { PlacedSprite, Scene } from '#train/data/scene/scene';
import { openSprites } from '#train/data/sprites/sprite-cache';

/** A picture of 256 by 192 pixels: a slope of colours, so that every part of it is another. */
export function slope(): Promise<Buffer> {
  const [width, height] = [256, 192];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    return [x, y, 255 - x][at % 3]!;
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A fox, a tree and a house on a meadow, 384 by 256 pixels: a picture as people bring one. */
export async function meadow(): Promise<Buffer> {
  const stands = (object: string, x: number, y: number, size: number): PlacedSprite => ({
    object,
    x,
    y,
    size,
    rotation: 0,
    flipped: false,
  });
  const scene: Scene = {
    frame: { width: 1.5, height: 1 },
    style: 'noto',
    background: { kind: 'meadow', horizon: 0.42, seed: 3 },
    sprites: [stands('house', 1.2, 0.46, 0.4), stands('tree', 0.24, 0.46, 0.42), stands('fox', 0.7, 0.74, 0.36)],
  };
  const { data, width, height, channels } = renderScene(scene, await openSprites('.cache/train'), 256);
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer();
}

/** What is dropped or pasted: files by their names, and anything else by its media type. */
interface Transferred {
  readonly files?: Readonly<Record<string, Buffer>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** Drops something on the canvas. */
export function drop(page: Page, what: Transferred): Promise<void> {
  return dispatch(page, `new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })`, what);
}

/** Drops a file on the canvas. */
export function dropFile(page: Page, name: string, bytes: Buffer): Promise<void> {
  return drop(page, { files: { [name]: bytes } });
}

/** Pastes something over the canvas. */
export function paste(page: Page, what: Transferred): Promise<void> {
  return dispatch(page, `new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true })`, what);
}

/** As text: it runs in the page, with the page's own types. */
async function dispatch(page: Page, event: string, { files = {}, data = {} }: Transferred): Promise<void> {
  const encoded = Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')]);
  await page.evaluate(`(() => {
    const transfer = new DataTransfer();
    for (const [name, base64] of ${JSON.stringify(encoded)}) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: 'image/png' }));
    }
    for (const [type, text] of Object.entries(${JSON.stringify(data)})) transfer.setData(type, text);
    document.querySelector('.stage .canvas-host').dispatchEvent(${event});
  })()`);
}
