import { describe, expect, test } from 'vitest';
import type { ParameterKind, ParameterSpec } from '../parameters.ts';
import { storedForms, weightForm } from './layout.ts';
import { precisions, type Precision } from './package-manifest.ts';

function spec(kind: ParameterKind, shape: readonly number[], part: ParameterSpec['part'] = 'llm'): ParameterSpec {
  return { name: 'p', kind, shape, part };
}

/** The stored tensors as `p f32[4,2]`, one text for each precision. */
function layout(parameter: ParameterSpec): Record<string, string> {
  const print = (precision: Precision) =>
    storedForms(parameter, precision)
      .map(({ name, dtype, shape }) => `${name} ${dtype}[${shape.join()}]`)
      .join(' + ');
  return Object.fromEntries(precisions.map((precision) => [precision, print(precision)]));
}

describe('the layout table', () => {
  test('matrices of linear layers are turned, and quantised as the product of each precision wants them', () => {
    expect(layout(spec('linear', [96, 64]))).toEqual({
      f32: 'p f32[64,96]',
      f16: 'p f16[64,96]',
      int8: 'p i8[64,96] + p.scale f32[96]',
      q4: 'p u8[96,2,16] + p.scale f32[192]',
    });
  });

  test('a patch convolution is a matrix, and a ragged last block is filled up', () => {
    expect(layout(spec('linear', [1024, 3, 14, 14], 'vision'))).toMatchObject({
      f32: 'p f32[588,1024]',
      q4: 'p u8[1024,19,16] + p.scale f32[19456]',
    });
  });

  test('narrow matrices and those of the VAE stay floats', () => {
    expect(layout(spec('linear', [16, 1536], 'decoder'))).toMatchObject({
      int8: 'p f32[1536,16]',
      q4: 'p f16[1536,16]',
    });
    expect(layout(spec('linear', [512, 512], 'vae'))).toMatchObject({ int8: 'p f32[512,512]', q4: 'p f16[512,512]' });
  });

  test('in int8, activations are the finer the more unlike a part has them', () => {
    const form = (part: ParameterSpec['part']) => weightForm(spec('linear', [96, 64], part), 'int8');
    expect(form('decoder')).toEqual({ kind: 'int8', perRow: false });
    expect(form('vision')).toEqual({ kind: 'int8', perRow: true });
    expect(form('adapter')).toEqual({ kind: 'nbits', bits: 8, blockSize: 32 });
    expect(form('refiner')).toEqual(form('adapter'));
  });

  test('the adapter, whose softmax magnifies errors, keeps 8 bits where the rest has 4', () => {
    expect(layout(spec('linear', [96, 64], 'adapter'))['q4']).toBe('p u8[96,2,32] + p.scale f32[192]');
  });

  test('embedding tables keep 8 bits along their rows, unless a row does not divide into blocks', () => {
    expect(layout(spec('embedding', [1000, 64]))).toEqual({
      f32: 'p f32[1000,64]',
      f16: 'p f16[1000,64]',
      int8: 'p u8[1000,2,32] + p.scale f32[2000]',
      q4: 'p u8[1000,2,32] + p.scale f32[2000]',
    });
    expect(layout(spec('embedding', [1000, 48]))).toMatchObject({ int8: 'p f32[1000,48]', q4: 'p f16[1000,48]' });
  });

  test('a mixture is turned when it is quantised, and keeps the four rows in front of the last', () => {
    const quantised = 'p u8[64,4,32] + p.scale f32[256] + p.rows f32[4,64]';
    expect(layout(spec('mixture', [128, 64], 'adapter'))).toEqual({
      f32: 'p f32[128,64]',
      f16: 'p f16[128,64]',
      int8: quantised,
      q4: quantised,
    });
  });

  test('convolutions are floats, and small tensors f32 everywhere', () => {
    expect(layout(spec('conv', [8, 4, 3, 3], 'vae'))).toEqual({
      f32: 'p f32[8,4,3,3]',
      f16: 'p f16[8,4,3,3]',
      int8: 'p f32[8,4,3,3]',
      q4: 'p f16[8,4,3,3]',
    });
    expect(new Set(Object.values(layout(spec('vector', [1, 1, 64]))))).toEqual(new Set(['p f32[1,1,64]']));
  });

  test('the form says what the stored tensors show', () => {
    expect(weightForm(spec('linear', [96, 64]), 'q4')).toEqual({ kind: 'nbits', bits: 4, blockSize: 32 });
    expect(weightForm(spec('linear', [96, 64]), 'int8')).toEqual({ kind: 'int8', perRow: true });
  });
});
