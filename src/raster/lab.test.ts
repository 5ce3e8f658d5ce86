import { expect, test } from 'vitest';
import { deltaE, rasterDeltaE, statisticsWhere } from './colour-difference.ts';
import { labOfRaster, lightnessOfRaster, rasterOfLab } from './lab.ts';
import { createPlane } from './plane.ts';
import { byteOfLinear, linearOfByte } from './srgb.ts';

const pixel = (...data: number[]) => ({ width: 1, height: 1, channels: 3 as const, data: Uint8Array.from(data) });

test('every byte survives linear light and back', () => {
  for (let byte = 0; byte < 256; byte++) expect(byteOfLinear(linearOfByte[byte]!)).toBe(byte);
  expect([byteOfLinear(-1), byteOfLinear(2), byteOfLinear(Number.NaN)]).toEqual([0, 255, 0]);
  // Half the light is far more than half the byte.
  expect(byteOfLinear(0.5)).toBe(188);
});

test('known colours have their known Lab values', () => {
  const cases = [
    { rgb: [255, 255, 255], lab: [100, 0, 0] },
    { rgb: [0, 0, 0], lab: [0, 0, 0] },
    { rgb: [255, 0, 0], lab: [53.24, 80.09, 67.2] },
    { rgb: [0, 255, 0], lab: [87.73, -86.18, 83.18] },
    { rgb: [0, 0, 255], lab: [32.3, 79.19, -107.86] },
    { rgb: [119, 119, 119], lab: [50.03, 0, 0] },
  ];
  for (const { rgb, lab } of cases) {
    const found = labOfRaster(pixel(...rgb)).map((plane) => plane.data[0]!);
    for (const [channel, value] of lab.entries()) expect(found[channel]).toBeCloseTo(value, 1);
  }
});

test('all greys and a lattice of colours survive Lab and back, byte for byte', () => {
  const colours: number[] = [];
  for (let r = 0; r < 256; r += 15)
    for (let g = 0; g < 256; g += 15) for (let b = 0; b < 256; b += 15) colours.push(r, g, b);
  for (let grey = 0; grey < 256; grey++) colours.push(grey, grey, grey);
  const picture = { width: colours.length / 3, height: 1, channels: 3 as const, data: Uint8Array.from(colours) };
  expect(rasterOfLab(labOfRaster(picture)).data).toEqual(picture.data);
  expect(lightnessOfRaster(picture).data).toEqual(labOfRaster(picture)[0].data);
});

test('ΔE is the distance in Lab, and ring statistics count only the ring', () => {
  const lab = (l: number, a: number, b: number) =>
    [createPlane(1, 1, l), createPlane(1, 1, a), createPlane(1, 1, b)] as const;
  expect(deltaE(lab(50, 3, 4), lab(50, 0, 0)).data[0]).toBe(5);
  expect(rasterDeltaE(pixel(0, 0, 0), pixel(255, 255, 255)).data[0]).toBeCloseTo(100, 3);

  const values = { width: 4, height: 1, data: Float32Array.of(9, 1, 3, 9) };
  const distance = { width: 4, height: 1, data: Float32Array.of(0, 1, 2, 3) };
  expect(statisticsWhere(values, distance, 1, 3)).toEqual({ count: 2, mean: 2, max: 3 });
  expect(statisticsWhere(values, distance, 7, 8)).toEqual({ count: 0, mean: 0, max: 0 });
});
