import type { Page } from 'playwright-core';
import sharp from 'sharp';

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

/** Drops a file on the canvas. As text: the function runs in the page, with the page's own types. */
export async function dropFile(page: Page, name: string, bytes: Buffer): Promise<void> {
  const dataTransfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], '${name}', { type: 'image/png' }));
    return transfer;
  })()`);
  await page.dispatchEvent('.stage', 'drop', { dataTransfer });
}
