import { describe, expect, it } from 'vitest';

import { parseIccProfile } from './icc-profile.ts';

const s15Fixed16 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Math.round(value * 65_536));
  return bytes;
};
const xyz = (...values: number[]) => Buffer.concat([Buffer.from('XYZ \0\0\0\0'), ...values.map(s15Fixed16)]);
const parametric = (...values: number[]) =>
  Buffer.concat([Buffer.from('para\0\0\0\0\0\x03\0\0', 'latin1'), ...values.map(s15Fixed16)]);
const table = (curve: (encoded: number) => number, count = 1024) => {
  const bytes = Buffer.alloc(12 + 2 * count);
  bytes.write('curv');
  bytes.writeUInt32BE(count, 8);
  for (let i = 0; i < count; i += 1) bytes.writeUInt16BE(Math.round(curve(i / (count - 1)) * 65_535), 12 + 2 * i);
  return bytes;
};
const text = (words: string) => {
  const bytes = Buffer.alloc(28 + 2 * words.length);
  bytes.write('mluc');
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt32BE(12, 12);
  bytes.write('enUS', 16);
  bytes.writeUInt32BE(2 * words.length, 20);
  bytes.writeUInt32BE(28, 24);
  bytes.set(Buffer.from(words, 'utf16le').swap16(), 28);
  return bytes;
};

function profile(tags: Readonly<Record<string, Buffer>>, space = 'RGB '): Buffer {
  const names = Object.keys(tags);
  const start = 132 + 12 * names.length;
  const head = Buffer.alloc(start);
  head.write(space, 16);
  head.write('acsp', 36);
  head.writeUInt32BE(names.length, 128);
  let offset = start;
  for (const [index, name] of names.entries()) {
    head.write(name, 132 + 12 * index);
    head.writeUInt32BE(offset, 136 + 12 * index);
    head.writeUInt32BE(tags[name]!.length, 140 + 12 * index);
    offset += tags[name]!.length;
  }
  head.writeUInt32BE(offset, 0);
  return Buffer.concat([head, ...Object.values(tags)]);
}

const srgbCurve = parametric(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45);
const srgb = {
  desc: text('sRGB, nearly'),
  rXYZ: xyz(0.436_07, 0.222_49, 0.013_92),
  gXYZ: xyz(0.385_15, 0.716_87, 0.097_08),
  bXYZ: xyz(0.143_07, 0.060_61, 0.7141),
  rTRC: srgbCurve,
  gTRC: srgbCurve,
  bTRC: srgbCurve,
};

describe('a colour profile', () => {
  it('is recognised as sRGB by what it says, not by its name', () => {
    expect(parseIccProfile(profile(srgb))).toEqual({ name: 'sRGB, nearly', space: 'RGB ', isSrgb: true });
  });

  it('is recognised with its curve written as a table', () => {
    const curve = table((v) => (v <= 0.040_45 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    expect(parseIccProfile(profile({ ...srgb, rTRC: curve, gTRC: curve, bTRC: curve }))?.isSrgb).toBe(true);
  });

  it('is another one when its curve is plain gamma 2.2, its primaries are wider, or it has a table of its own', () => {
    const gamma = table((v) => v ** 2.2);
    expect(parseIccProfile(profile({ ...srgb, gTRC: gamma }))?.isSrgb).toBe(false);
    expect(parseIccProfile(profile({ ...srgb, rXYZ: xyz(0.5151, 0.2412, -0.0011) }))?.isSrgb).toBe(false);
    expect(parseIccProfile(profile({ ...srgb, A2B0: Buffer.alloc(64) }))?.isSrgb).toBe(false);
  });

  it('is refused when it is cut short, points outside itself, or has nothing to convert with', () => {
    const whole = profile(srgb);
    for (let length = 0; length < whole.length; length += 7)
      expect(parseIccProfile(whole.subarray(0, length))).toBeUndefined();
    const outside = Buffer.from(whole);
    outside.writeUInt32BE(whole.length, 136);
    expect(parseIccProfile(outside)).toBeUndefined();
    const countless = Buffer.from(whole);
    countless.writeUInt32BE(0xffff_ffff, 128);
    expect(parseIccProfile(countless)).toBeUndefined();
    expect(parseIccProfile(profile({ desc: text('empty') }))).toBeUndefined();
  });
});
