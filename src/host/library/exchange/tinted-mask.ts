import type { PlacedRaster } from '#raster/affine';

/** A mask as the picture one sees of it: its tint, as opaque as the mask is full. */
export function tinted({ raster, x, y }: PlacedRaster, tint: string): PlacedRaster {
  const { width, height, data: amounts } = raster;
  const colour = [1, 3, 5].map((at) => Number.parseInt(tint.slice(at, at + 2), 16));
  const data = new Uint8Array(amounts.length * 4);
  for (const [index, amount] of amounts.entries()) data.set([...colour, amount], index * 4);
  return { raster: { width, height, channels: 4, data }, x, y };
}
