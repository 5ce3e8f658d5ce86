import type { Raster } from '#raster/raster';
import { z } from 'zod';

const zSide = z.int().min(1).max(65_536);

/** Pixels between processes of one machine: they travel as typed arrays, never as text. */
export const zRaster: z.ZodType<Raster> = z
  .object({
    width: zSide,
    height: zSide,
    channels: z.union([z.literal(1), z.literal(3), z.literal(4)]),
    data: z.instanceof(Uint8Array),
  })
  .refine(
    ({ width, height, channels, data }) => data.length === width * height * channels,
    'The pixels do not fill the picture.',
  );
