import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { decodeImage, decodeMask } from './decode-image.ts';

const photos = fileURLToPath(new URL('../../../../shared/photos/', import.meta.url));
const photo = (name: string) => new Uint8Array(readFileSync(photos + name));

/** Real files with real profiles, whose numbers are written here as the profiles have them. */
const display = {
  name: 'Display',
  colorants: [
    [0.515_12, 0.291_98, 0.157_1],
    [0.241_2, 0.692_25, 0.066_57],
    [-0.001_05, 0.041_89, 0.784_07],
  ],
  linear: (v: number) => (v <= 0.040_45 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4),
};
const profiles = {
  'icc_profile_test.png': display,
  'icc_profile_test.jpg': display,
  'cat.png': {
    name: 'Generic RGB Profile',
    colorants: [
      [0.4543, 0.353_35, 0.156_65],
      [0.241_91, 0.673_63, 0.084_46],
      [0.014_89, 0.090_64, 0.719_57],
    ],
    linear: (v: number) => v ** (0x1cd / 256),
  },
};
/** CIE XYZ (D50) to linear sRGB. */
const xyzToSrgb = [
  [3.1339, -1.6169, -0.4906],
  [-0.9788, 1.9161, 0.0335],
  [0.0719, -0.229, 1.4052],
];

describe.skipIf(!existsSync(photos))('real photographs', () => {
  it.each(Object.entries(profiles))('%s is converted as its profile says', async (file, profile) => {
    const bytes = photo(file);
    const { raster, conversions } = await decodeImage(bytes);
    expect(conversions).toEqual([{ kind: 'profile', from: profile.name }]);

    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    let changed = 0;
    for (let pixel = 0; pixel < raster.width * raster.height; pixel += 97) {
      const at = pixel * raster.channels;
      const expected = byHand([...stored.subarray(at, at + 3)], profile);
      for (const [channel, value] of expected.entries()) {
        expect(Math.abs(raster.data[at + channel]! - value)).toBeLessThanOrEqual(2);
        if (raster.data[at + channel] !== stored[at + channel]) changed += 1;
      }
    }
    expect(changed).toBeGreaterThan(1000);
  });

  it.each(['bunny.jpeg', 'dog.jpg', 'old_photo.jpg', 'unwant_object.jpg', 'bench-dog.png', 'invoke-astronaut.png'])(
    '%s opens',
    async (file) => {
      const { raster } = await decodeImage(photo(file));
      expect(raster.data.length).toBe(raster.width * raster.height * raster.channels);
    },
  );

  it('has a mask that is black and white', async () => {
    const mask = await decodeMask(photo('bench-dog-mask.png'));
    const painted = mask.data.reduce((count, value) => count + Number(value === 255), 0);
    expect(painted / mask.data.length).toBeGreaterThan(0.02);
    expect(painted / mask.data.length).toBeLessThan(0.5);
  });
});

function byHand(rgb: number[], { colorants, linear }: typeof display): number[] {
  const times = (matrix: number[][], vector: number[]) =>
    matrix.map((row) => row.reduce((sum, weight, index) => sum + weight * vector[index]!, 0));
  const light = times(
    xyzToSrgb,
    times(
      colorants,
      rgb.map((value) => linear(value / 255)),
    ),
  );
  return light.map((value) => {
    const clipped = Math.min(Math.max(value, 0), 1);
    return Math.round(255 * (clipped <= 0.003_130_8 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
  });
}
