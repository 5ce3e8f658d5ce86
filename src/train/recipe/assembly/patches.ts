import type { ImageProcessorConfig, OvisConfig } from '#model/ovis/config';
import { blankPicture } from '#model/ovis/processing/rgb';
import {
  conditionInput,
  conditionSize,
  understandingInput,
  understandingSize,
  type VisionInput,
} from '#model/ovis/processing/vision-input';
import type { PictureSize } from '#model/ovis/processing/smart-resize';
import type { VisionGrid } from '#model/ovis/processing/vision-layout';
import type { Raster } from '#raster/raster';

import type { PictureStack } from '../../data/batches/batch.ts';
import { hostTensor, type HostTensor } from '../../runtime.ts';

/** How a picture is looked at: to be asked about, or as the condition of another one. */
export type Glance = 'understanding' | 'condition';

/** Patches of a picture of this size, as that glance sees it. */
export function gridOf(size: PictureSize, glance: Glance, processor: ImageProcessorConfig): VisionGrid {
  const first = glance === 'condition' ? conditionSize(size, processor) : size;
  const { width, height } = understandingSize(first, processor);
  return { frames: 1, rows: height / processor.patchSize, columns: width / processor.patchSize };
}

/** The vision encoder's input for pictures of one size: patches f32[count · patches, 3 · patch²]. */
export function patchInputs(
  pictures: PictureStack,
  glance: Glance,
  { processor }: OvisConfig,
): Record<string, HostTensor> {
  return packed(
    Array.from({ length: pictures.count }, (_, index) => seen(pictureAt(pictures, index), glance, processor)),
  );
}

/** The same for the one blank picture that stands in where there is none. */
export function blankInputs(size: PictureSize, { processor }: OvisConfig): Record<string, HostTensor> {
  return packed([seen(blankPicture(size.width, size.height), 'condition', processor)]);
}

export function pictureAt({ width, height, channels, data }: PictureStack, index: number): Raster {
  const length = width * height * channels;
  return { width, height, channels, data: data.subarray(index * length, (index + 1) * length) };
}

function seen(picture: Raster, glance: Glance, processor: ImageProcessorConfig): VisionInput {
  return glance === 'condition' ? conditionInput(picture, processor) : understandingInput(picture, processor);
}

function packed(inputs: readonly VisionInput[]): Record<string, HostTensor> {
  const each = inputs[0]!.patches.length;
  const { rows, columns } = inputs[0]!.grid;
  const all = new Float32Array(inputs.length * each);
  for (const [index, { patches }] of inputs.entries()) all.set(patches, index * each);
  const tokens = inputs.length * rows * columns;
  return { patches: hostTensor('f32', [tokens, all.length / tokens], all) };
}
