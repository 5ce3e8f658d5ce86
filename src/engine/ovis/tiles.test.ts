import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { axisTiles, processInTiles } from './tiles.ts';

describe('tiles', () => {
  it('cover every extent, overlap as much as asked, and start on the grid', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (eighths) => {
        const extent = eighths * 8;
        const tiles = axisTiles(extent, 512, 64, 8);
        expect(tiles[0]!.start).toBe(0);
        expect(tiles.at(-1)!.start + tiles.at(-1)!.size).toBe(extent);
        tiles.slice(1).forEach(({ start }, i) => {
          expect(start % 8).toBe(0);
          expect(tiles[i]!.start + tiles[i]!.size - start).toBeGreaterThanOrEqual(64);
        });
      }),
    );
  });

  it('give back what was there when each tile is only enlarged', async () => {
    const width = 40;
    const height = 24;
    const data = Float32Array.from({ length: 2 * width * height }, (_, i) => Math.sin(i));
    const options = { side: 16, overlap: 4, whole: 64, scale: 2, multiple: 1 };
    const doubled = await processInTiles({ data, width, height }, options, (tile) => {
      const result = new Float32Array(tile.data.length * 4);
      for (let i = 0; i < result.length; i++) {
        const x = i % (tile.width * 2);
        const y = Math.floor(i / (tile.width * 2));
        result[i] = tile.data[(y >> 1) * tile.width + (x >> 1)]!;
      }
      return Promise.resolve(result);
    });
    for (let i = 0; i < doubled.length; i++) {
      const x = i % (width * 2);
      const y = Math.floor(i / (width * 2));
      expect(doubled[i]).toBeCloseTo(data[(y >> 1) * width + (x >> 1)]!, 5);
    }
  });
});
