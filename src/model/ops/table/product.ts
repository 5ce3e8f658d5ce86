import { addDims, divideDims, multiplyDims, type Dim } from '../../ir/dim.ts';
import { broadcast, fail, operand, requireRank, requireSameDType } from '../infer.ts';
import type { OpTable } from '../op-definition.ts';

/** (extent + pads - kernel) / stride + 1; a symbolic extent must keep its size, or be halved by stride 2 ("2*h" to "h"). */
function convExtent(extent: Dim, kernel: number, before: number, after: number, stride: number): Dim | undefined {
  if (typeof extent === 'number') return Math.floor((extent + before + after - kernel) / stride) + 1;
  const grown = before + after - kernel + 1;
  if (stride === 1) return grown === 0 ? extent : undefined;
  // With total padding kernel - stride, an even extent 2n gives exactly n.
  if (grown !== 1 - stride && before + after !== kernel - stride) return undefined;
  const coefficients = extent.split('+').map((term) => Number(term.split('*')[0]));
  if (coefficients.some((coefficient) => !(coefficient % stride === 0))) return undefined;
  return extent
    .split('+')
    .map((term) => {
      const [head, ...rest] = term.split('*');
      return multiplyDims(Number(head) / stride, ...rest);
    })
    .join('+');
}

export const products: OpTable<'matmul' | 'conv' | 'conv-transpose' | 'upsample-nearest' | 'average-pool'> = {
  matmul: {
    infer: (inputs, { transposeA, transposeB }) => {
      const dtype = requireSameDType(inputs);
      const a = operand(inputs, 0).shape;
      const b = operand(inputs, 1).shape;
      if (a.length < 2 || b.length < 2) fail('a product needs matrices', inputs);
      const [rows, inner] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
      const [depth, columns] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
      if (inner !== depth) fail(`inner extents differ (${inner} and ${depth})`, inputs);
      return [{ dtype, shape: [...broadcast(inputs, [a.slice(0, -2), b.slice(0, -2)]), rows, columns] }];
    },
    emit: ({ inputs, outputs, attributes: { transposeA, transposeB } }, emitter) => {
      if (!transposeA && !transposeB) emitter.node('MatMul', inputs, outputs);
      else {
        const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
        emitter.node('FusedMatMul', inputs, outputs, flags, 'com.microsoft');
      }
    },
  },
  conv: {
    infer: (inputs, { stride, pads: [top, left, bottom, right] }) => {
      const dtype = requireSameDType(inputs);
      const [batch, channels, height, width] = requireRank(inputs, 0, 4);
      const [filters, depth, kernelHeight, kernelWidth] = requireRank(inputs, 1, 4);
      if (channels !== depth) fail('channels of picture and kernel differ', inputs);
      const outHeight = convExtent(height!, kernelHeight as number, top, bottom, stride);
      const outWidth = convExtent(width!, kernelWidth as number, left, right, stride);
      if (outHeight === undefined || outWidth === undefined) fail('the symbolic size cannot be followed', inputs);
      return [{ dtype, shape: [batch!, filters!, outHeight, outWidth] }];
    },
    emit: ({ inputs, outputs, attributes: { stride, pads } }, emitter) =>
      emitter.node('Conv', inputs, outputs, { strides: [stride, stride], pads }),
  },
  'conv-transpose': {
    infer: (inputs, { stride, pads: [top, left, bottom, right], extra }) => {
      const dtype = requireSameDType(inputs);
      const [batch, channels, height, width] = requireRank(inputs, 0, 4);
      const [depth, filters, kernelHeight, kernelWidth] = requireRank(inputs, 1, 4);
      if (channels !== depth) fail('channels of picture and kernel differ', inputs);
      const size = (extent: Dim, kernel: Dim, trimmed: number, added: number) =>
        addDims(multiplyDims(extent, stride), (kernel as number) - stride - trimmed + added);
      const outHeight = size(height!, kernelHeight!, top + bottom, extra[0]);
      const outWidth = size(width!, kernelWidth!, left + right, extra[1]);
      return [{ dtype, shape: [batch!, filters!, outHeight, outWidth] }];
    },
    emit: ({ inputs, outputs, attributes: { stride, pads, extra } }, emitter) =>
      emitter.node('ConvTranspose', inputs, outputs, { strides: [stride, stride], pads, output_padding: extra }),
  },
  'average-pool': {
    infer: (inputs, { size }) => {
      const { dtype } = operand(inputs, 0);
      const [batch, channels, height, width] = requireRank(inputs, 0, 4);
      const outHeight = divideDims(height!, size);
      const outWidth = divideDims(width!, size);
      if (outHeight === undefined || outWidth === undefined) fail(`sides do not divide by ${size}`, inputs);
      return [{ dtype, shape: [batch!, channels!, outHeight, outWidth] }];
    },
    emit: ({ inputs, outputs, attributes: { size } }, emitter) =>
      emitter.node('AveragePool', inputs, outputs, { kernel_shape: [size, size], strides: [size, size] }),
  },
  'upsample-nearest': {
    infer: (inputs, { factor }) => {
      const { dtype } = operand(inputs, 0);
      const [batch, channels, height, width] = requireRank(inputs, 0, 4);
      return [{ dtype, shape: [batch!, channels!, multiplyDims(height!, factor), multiplyDims(width!, factor)] }];
    },
    emit: ({ inputs, outputs, attributes: { factor } }, emitter) => {
      const scales = emitter.constant('f32', [4], [1, 1, factor, factor]);
      const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
      emitter.node('Resize', [inputs[0]!, '', scales], outputs, attributes);
    },
  },
};
