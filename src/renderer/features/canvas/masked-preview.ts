import type { BlobName } from '#shared/contract/job-request';
import type { Rect } from '#shared/document/geometry';

import type { InsetPicture } from '../../canvas/view/picture-view.ts';
import type { Blobs } from '../../client/blobs.ts';

/**
 * Previews are made of the model's cells, which reach beyond a mask's edge: this cuts them to the mask, as the result will
 * be. What may change most is opaque, however freely.
 */
export class MaskedPreviews {
  readonly #blobs: Pick<Blobs, 'picture'>;
  /** Of the mask that was asked for last: all previews of a job have the same. */
  #last: { readonly key: string; readonly stencil: Promise<OffscreenCanvas> } | null = null;

  constructor(blobs: Pick<Blobs, 'picture'>) {
    this.#blobs = blobs;
  }

  /** @param rect where the preview belongs, in pixels of the mask */
  async cut(preview: InsetPicture, mask: BlobName, rect: Rect): Promise<InsetPicture> {
    const stencil = await this.#stencilOf(mask, rect);
    const { width, height } = stencil;
    const cut = new OffscreenCanvas(width, height);
    const context = cut.getContext('2d')!;
    context.drawImage(preview, 0, 0, width, height);
    context.globalCompositeOperation = 'destination-in';
    context.drawImage(stencil, 0, 0);
    return cut;
  }

  #stencilOf(mask: BlobName, rect: Rect): Promise<OffscreenCanvas> {
    const key = [mask, rect.x, rect.y, rect.width, rect.height].join(' ');
    if (this.#last?.key !== key) this.#last = { key, stencil: this.#makeStencil(mask, rect) };
    return this.#last.stencil;
  }

  async #makeStencil(name: BlobName, { x, y, width, height }: Rect): Promise<OffscreenCanvas> {
    const mask = await this.#blobs.picture(name);
    const stencil = new OffscreenCanvas(Math.ceil(width), Math.ceil(height));
    const context = stencil.getContext('2d')!;
    context.drawImage(mask, -x, -y);
    mask.close();
    const image = context.getImageData(0, 0, stencil.width, stencil.height);
    opaqueWhereLight(image.data);
    context.putImageData(image, 0, 0);
    return stencil;
  }
}

/** Makes of grey an opacity, in place; the lightest grey becomes opaque. @param rgba four bytes a pixel */
export function opaqueWhereLight(rgba: Uint8ClampedArray): void {
  let lightest = 1;
  for (let at = 0; at < rgba.length; at += 4) lightest = Math.max(lightest, rgba[at]!);
  for (let at = 0; at < rgba.length; at += 4) rgba[at + 3] = (255 * rgba[at]!) / lightest;
}
