import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AppError } from '#base/app-error';
import { dtypeSizeBytes, type StoredDtype } from './dtype.ts';
import { headerSizeBytes, layOutSafetensors, parseSafetensorsHeader, type TensorSpec } from './safetensors.ts';

/** A file with this header text and this many bytes of data. */
function parse(header: string, dataSizeBytes: number) {
  const json = new TextEncoder().encode(header);
  return parseSafetensorsHeader(json, { file: 'a.safetensors', fileSizeBytes: 8 + json.length + dataSizeBytes });
}

function entry(dtype: string, shape: readonly unknown[], begin: unknown, end: unknown): string {
  return JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
}

function prefixOf(headerSize: bigint): Uint8Array {
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, headerSize, true);
  return prefix;
}

const two = `"a":${entry('F32', [2], 0, 8)}`;

describe('a header is read', () => {
  test('with offsets counted from the start of the file', () => {
    const header = `{"__metadata__":{"format":"pt"},${two},"b":${entry('BF16', [3, 2], 8, 20)}}`;
    const { tensors, metadata } = parse(header, 20);
    expect(tensors.get('b')).toEqual({
      name: 'b',
      dtype: 'bf16',
      shape: [3, 2],
      offsetBytes: 8 + header.length + 8,
      sizeBytes: 12,
    });
    expect(metadata.get('format')).toBe('pt');
  });

  test('with scalars, empty tensors and trailing spaces', () => {
    const { tensors } = parse(`{"s":${entry('I64', [], 0, 8)},"e":${entry('U8', [0, 7], 8, 8)}}   `, 8);
    expect([...tensors.values()].map(({ sizeBytes }) => sizeBytes)).toEqual([8, 0]);
  });

  test('with names that are special in JavaScript', () => {
    expect([...parse(`{"__proto__":${entry('U8', [1], 0, 1)}}`, 1).tensors.keys()]).toEqual(['__proto__']);
  });
});

describe('a damaged header is refused with its reason', () => {
  const cases: readonly [what: string, header: string, dataSizeBytes: number, reason: RegExp][] = [
    ['no JSON', 'hello', 0, /not valid JSON/],
    ['a list', '[]', 0, /no JSON object/],
    ['cut-off JSON', `{${two}`, 8, /not valid JSON/],
    ['truncated data', `{${two}}`, 7, /cut off: \d+ bytes are announced/],
    ['data that no tensor owns', `{${two}}`, 9, /1 bytes at its end/],
    ['a gap', `{${two},"b":${entry('F32', [1], 12, 16)}}`, 16, /gap in front of tensor "b"/],
    ['a gap at the start', `{"b":${entry('F32', [1], 4, 8)}}`, 8, /gap in front of tensor "b"/],
    ['overlapping ranges', `{${two},"b":${entry('F32', [1], 4, 8)}}`, 8, /"b" overlaps/],
    ['two tensors in one place', `{${two},"b":${entry('F32', [2], 0, 8)}}`, 8, /overlaps/],
    ['a range that ends before it starts', `{"a":${entry('F32', [2], 8, 0)}}`, 8, /needs 8 bytes, but has -8/],
    ['a range too long for its shape', `{"a":${entry('F32', [2], 0, 12)}}`, 12, /needs 8 bytes, but has 12/],
    ['a shape beyond counting', `{"a":${entry('F32', [2 ** 40, 2 ** 40], 0, 8)}}`, 8, /needs .* bytes, but has 8/],
    ['a negative side', `{"a":${entry('F32', [-1], 0, 4)}}`, 4, /no proper shape/],
    ['a fractional side', `{"a":${entry('F32', [0.5], 0, 2)}}`, 2, /no proper shape/],
    ['a side that is a text', `{"a":${entry('F32', ['1'], 0, 4)}}`, 4, /no proper shape/],
    ['an offset that is a text', `{"a":${entry('F32', [1], '0', 4)}}`, 4, /no proper byte range/],
    ['three offsets', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,2,4]}}', 4, /no proper byte range/],
    ['no dtype', '{"a":{"shape":[1],"data_offsets":[0,4]}}', 4, /no dtype/],
    ['a tensor that is a number', '{"a":1}', 0, /not described by an object/],
    ['one name twice', `{${two},${two}}`, 8, /the name "a" occurs twice/],
    ['one name in two spellings', String.raw`{${two},"\u0061":${entry('F32', [2], 8, 16)}}`, 16, /occurs twice/],
    ['deep nesting', `{"a":${'['.repeat(1e5)}`, 0, /nested deeper than 3/],
    ['metadata that is a number', '{"__metadata__":{"a":1}}', 0, /metadata "a" is not a text/],
  ];

  test.each(cases)('%s', (_, header, dataSizeBytes, reason) => {
    expect(() => parse(header, dataSizeBytes)).toThrow(reason);
    expect(() => parse(header, dataSizeBytes)).toThrow(
      expect.objectContaining({ code: 'safetensors-invalid' }) as AppError,
    );
  });

  test('bytes that are not UTF-8', () => {
    const json = Uint8Array.of(0x7b, 0xff, 0x7d);
    expect(() => parseSafetensorsHeader(json, { file: 'a', fileSizeBytes: 11 })).toThrow(/not UTF-8/);
  });

  test('an element type the studio does not read has a code of its own', () => {
    expect(() => parse(`{"a":${entry('F8_E4M3', [4], 0, 4)}}`, 4)).toThrow(
      expect.objectContaining({ code: 'safetensors-dtype-unsupported' }) as AppError,
    );
  });

  test('whatever text comes, the answer is a header or an error with a code', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '"dtype"', '"F32"', '0', '-1', '1e9');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(100), (pieces, size) => {
        expect(outcome(() => parse(pieces.join(''), size))).toMatch(/^(a header|safetensors-invalid)$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the header length is refused', () => {
  const source = { file: 'a.safetensors', fileSizeBytes: 1000 };
  test.each([
    ['in an empty file', new Uint8Array(), /too short/],
    ['in a file of 7 bytes', new Uint8Array(7), /too short/],
    ['when it runs past the end', prefixOf(993n), /the file ends before/],
    ['when it is absurd', prefixOf(2n ** 64n - 1n), /claims 18446744073709551615 bytes, more than/],
    ['when it exceeds 100 MB', prefixOf(100_000_001n), /more than the 100000000 allowed/],
  ])('%s', (_, prefix, reason) => {
    expect(() => headerSizeBytes(prefix, source)).toThrow(reason);
  });

  test('unless it fits exactly', () => {
    expect(headerSizeBytes(prefixOf(992n), source)).toBe(992);
  });
});

describe('a layout for writing', () => {
  const spec: fc.Arbitrary<Omit<TensorSpec, 'name'>> = fc.record({
    dtype: fc.constantFrom<StoredDtype>('f32', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64'),
    shape: fc.array(fc.nat(40), { maxLength: 3 }),
  });
  const name = fc.string().filter((text) => text !== '__metadata__');
  const specs = fc
    .dictionary(name, spec)
    .map((byName) => Object.entries(byName).map(([name, { dtype, shape }]) => ({ name, dtype, shape })));

  test('is read back as what was laid out: no holes, the data on a page, elements aligned', () => {
    fc.assert(
      fc.property(specs, (tensors) => {
        const { head, entries, fileSizeBytes } = layOutSafetensors(tensors, { format: 'pt' });
        expect(head.length % 4096).toBe(0);
        expect(headerSizeBytes(head.subarray(0, 8), { file: 'a', fileSizeBytes })).toBe(head.length - 8);
        const header = parseSafetensorsHeader(head.subarray(8), { file: 'a', fileSizeBytes });
        expect([...header.tensors.values()].toSorted(byName)).toEqual(entries.toSorted(byName));
        for (const { dtype, offsetBytes } of entries) expect(offsetBytes % dtypeSizeBytes[dtype]).toBe(0);
      }),
    );
  });

  test('puts every tensor of a multiple of 64 bytes at a multiple of 64', () => {
    fc.assert(
      fc.property(specs, (tensors) => {
        const whole = layOutSafetensors(tensors).entries.filter(({ sizeBytes }) => sizeBytes % 64 === 0);
        expect(whole.filter(({ offsetBytes }) => offsetBytes % 64 !== 0)).toEqual([]);
      }),
    );
  });

  test('keeps the given order where the sizes allow it', () => {
    const shapes = [[64], [3], [32], [128]];
    const { entries } = layOutSafetensors(shapes.map((shape, i) => ({ name: `t${i}`, dtype: 'u8', shape })));
    expect(entries.map(({ name }) => name)).toEqual(['t0', 't3', 't2', 't1']);
  });
});

function outcome(read: () => unknown): string {
  try {
    read();
    return 'a header';
  } catch (error) {
    return (error as AppError).code;
  }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
