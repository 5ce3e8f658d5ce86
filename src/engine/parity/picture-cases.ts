/** @file Cases of preprocessing: pictures in, numbers out, no graph. */
import { coverResize, toVaePixels } from '#model/ovis/processing/context-image';
import { understandingInput, understandingSize } from '#model/ovis/processing/vision-input';
import type { VisionGrid } from '#model/ovis/processing/vision-layout';
import { imagePositions, tokenTime } from '#model/ovis/sampling/latent-tokens';
import { resize } from '#raster/resize';

import type { GoldenCase } from './golden-case.ts';
import type { RunCase } from './model-cases.ts';

export const patchifyCase: RunCase = (golden, model) => {
  const { processor } = model.config;
  const picture = rgbInput(golden, 'in.image_u8');
  const { patches, grid } = understandingInput(picture, processor);
  return Promise.resolve({
    patches,
    grid_thw: gridIds([grid]),
    resized_u8: resize(picture, understandingSize(picture, processor)).data,
  });
};

export const aspectCropCase: RunCase = (golden, model) => {
  const size = { width: golden.number('target_width'), height: golden.number('target_height') };
  const picture = coverResize(rgbInput(golden, 'in.image_u8'), size);
  const { factor } = model.config.vae;
  const cells = { rows: size.height / factor, columns: size.width / factor };
  return Promise.resolve({
    image_u8_out: picture.data,
    pixels: toVaePixels(picture),
    // Before the reference marks them as context.
    img_ids: imagePositions(cells, tokenTime.generated),
  });
};

export function rgbInput(golden: GoldenCase, name: string) {
  const [height, width] = golden.shape(name) as [number, number, number];
  return { width, height, channels: 3 as const, data: golden.u8(name) };
}

/** Frames, rows and columns of every picture, as the reference lists them. */
export function gridIds(grids: readonly VisionGrid[]): Int32Array {
  return Int32Array.from(grids.flatMap(({ frames, rows, columns }) => [frames, rows, columns]));
}
