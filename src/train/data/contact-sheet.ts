import type { Raster } from '#raster/raster';

export interface SheetOptions {
  readonly columns: number;
  /** Pixels between pictures, and around them. */
  readonly gap?: number;
  readonly background?: number;
}

/** Lays RGB or grey pictures out in rows: what one looks at to see whether the data is right. */
export function contactSheet(
  pictures: readonly Raster[],
  { columns, gap = 4, background = 255 }: SheetOptions,
): Raster {
  const cellWidth = Math.max(0, ...pictures.map(({ width }) => width)) + gap;
  const cellHeight = Math.max(0, ...pictures.map(({ height }) => height)) + gap;
  const width = columns * cellWidth + gap;
  const height = Math.ceil(pictures.length / columns) * cellHeight + gap;
  const data = new Uint8Array(width * height * 3).fill(background);
  for (const [index, picture] of pictures.entries()) {
    const left = gap + (index % columns) * cellWidth;
    const top = gap + Math.floor(index / columns) * cellHeight;
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        const from = (y * picture.width + x) * picture.channels;
        const to = ((top + y) * width + left + x) * 3;
        for (let channel = 0; channel < 3; channel++) {
          data[to + channel] = picture.data[from + (picture.channels === 1 ? 0 : channel)]!;
        }
      }
    }
  }
  return { width, height, channels: 3, data };
}
