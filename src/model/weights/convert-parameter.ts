/**
 * One parameter from a checkpoint to the stored form of a package: rounded, transposed or quantised, streaming, with
 * bounded memory. Reading and writing are the caller's, so this is pure and the same for files and for tests.
 */
import { throwIfCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { exactRowsName, scaleName } from '../nn/builder.ts';
import type { ParameterSpec } from '../parameters.ts';
import { float32ToFloat16 } from './float16.ts';
import { exactRows, matrixSize, weightForm } from './layout.ts';
import type { Precision } from './package-manifest.ts';
import { blockSize, quantiseRowBlocks4, quantiseRowBlocks8, quantiseRowInt8 } from './quantise.ts';
import { transposeInto } from './transpose.ts';

/** A tensor of a checkpoint as rows of finite f32 values. */
export interface RowSource {
  /** Fills `target` with consecutive whole rows, beginning with row `firstRow`. */
  read(firstRow: number, target: Float32Array): Promise<void>;
}

/** Takes bytes of a stored tensor, `fromBytes` from its start. They are free to be reused once it has resolved. */
export type TensorSink = (tensor: string, fromBytes: number, bytes: Uint8Array) => Promise<void>;

export interface ConversionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of every stretch of rows what fraction of the parameter it was; the fractions add up to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Weights that are read at a time. */
  readonly chunkSize?: number;
  /** Bytes of a transposed tensor that are collected before they are written; a larger one takes several readings. */
  readonly panelSizeBytes?: number;
}

interface Conversion extends ConversionOptions {
  readonly name: string;
  /** The tensor as a matrix. */
  readonly rows: number;
  readonly columns: number;
  readonly source: RowSource;
  readonly sink: TensorSink;
}

/**
 * Writes every tensor of `storedForms(spec, precision)` once, completely.
 * @throws AppError `weights-too-large` when a weight does not fit f16
 */
export async function convertParameter(
  spec: ParameterSpec,
  precision: Precision,
  ends: { readonly source: RowSource; readonly sink: TensorSink },
  options: ConversionOptions = {},
): Promise<void> {
  const [rows, columns] = matrixSize(spec);
  const conversion = { name: spec.name, rows, columns, ...ends, ...options };
  const form = weightForm(spec, precision);
  switch (form.kind) {
    case 'int8':
      return writeInt8Columns(conversion);
    case 'nbits':
      if (spec.kind !== 'mixture') return writeBlocks(conversion, form.bits);
      await writeTransposedBlocks(conversion, form.bits);
      return writeRows(conversion, exactRows(spec));
    case 'float':
      return spec.kind === 'linear' ? writeTransposed(conversion, form.dtype) : writeFloats(conversion, form.dtype);
  }
}

/** As it is, rounded. */
async function writeFloats(conversion: Conversion, dtype: 'f32' | 'f16'): Promise<void> {
  const { name, columns, sink } = conversion;
  const round = rounding(conversion, dtype);
  for await (const { firstRow, values } of chunks(conversion)) {
    const rounded = round(values);
    await sink(name, firstRow * columns * rounded.BYTES_PER_ELEMENT, bytesOf(rounded));
  }
}

/** [columns, rows], rounded. */
async function writeTransposed(conversion: Conversion, dtype: 'f32' | 'f16'): Promise<void> {
  const { name, rows, columns, sink } = conversion;
  const round = rounding(conversion, dtype);
  const rowSizeBytes = rows * (dtype === 'f32' ? 4 : 2);
  for (const panel of panels(conversion, rowSizeBytes)) {
    const size = (panel.to - panel.from) * rows;
    const turned = dtype === 'f32' ? new Float32Array(size) : new Uint16Array(size);
    for await (const { firstRow, rowCount, values } of chunks(conversion, panel)) {
      const place = { targetStride: rows, targetOffset: firstRow };
      transposeInto(round(values), { rows: rowCount, columns, ...panel }, turned, place);
    }
    await sink(name, panel.from * rowSizeBytes, bytesOf(turned));
  }
}

/** [columns, rows] in int8, with one scale for each row of the checkpoint, which is a column here. */
async function writeInt8Columns(conversion: Conversion): Promise<void> {
  const { name, rows, columns, sink } = conversion;
  const scales = new Float32Array(rows);
  const scratch = new Float64Array(Math.ceil(columns / 2));
  const quantised = new Int8Array(rowsPerChunk(conversion) * columns);
  for (const panel of panels(conversion, rows)) {
    const turned = new Int8Array((panel.to - panel.from) * rows);
    for await (const { firstRow, rowCount, values } of chunks(conversion, panel)) {
      for (let row = 0; row < rowCount; row++) {
        const [start, end] = [row * columns, (row + 1) * columns];
        scales[firstRow + row] = quantiseRowInt8(values.subarray(start, end), quantised.subarray(start, end), scratch);
      }
      const place = { targetStride: rows, targetOffset: firstRow };
      transposeInto(quantised, { rows: rowCount, columns, ...panel }, turned, place);
    }
    await sink(name, panel.from * rows, bytesOf(turned));
  }
  await sink(scaleName(name), 0, bytesOf(scales));
}

/** [rows, blocks, bytes of a block] along the rows of the checkpoint. */
async function writeBlocks(conversion: Conversion, bits: 4 | 8): Promise<void> {
  const { name, columns, sink } = conversion;
  const blocks = Math.ceil(columns / blockSize);
  const rowSizeBytes = (blocks * blockSize * bits) / 8;
  const quantised = new Uint8Array(rowsPerChunk(conversion) * rowSizeBytes);
  const scales = new Float32Array(rowsPerChunk(conversion) * blocks);
  for await (const { firstRow, rowCount, values } of chunks(conversion)) {
    for (let row = 0; row < rowCount; row++) {
      quantiseRow(
        values.subarray(row * columns, (row + 1) * columns),
        quantised.subarray(row * rowSizeBytes, (row + 1) * rowSizeBytes),
        scales.subarray(row * blocks, (row + 1) * blocks),
        bits,
      );
    }
    await sink(name, firstRow * rowSizeBytes, quantised.subarray(0, rowCount * rowSizeBytes));
    await sink(scaleName(name), firstRow * blocks * 4, bytesOf(scales.subarray(0, rowCount * blocks)));
  }
}

/** [columns, blocks, bytes of a block] along the columns of the checkpoint. */
async function writeTransposedBlocks(conversion: Conversion, bits: 4 | 8): Promise<void> {
  const { name, rows, columns, sink } = conversion;
  const blocks = Math.ceil(rows / blockSize);
  const blockSizeBytes = (blockSize * bits) / 8;
  const rowSizeBytes = blocks * blockSizeBytes;
  for (const panel of panels(conversion, rowSizeBytes)) {
    const width = panel.to - panel.from;
    const quantised = new Uint8Array(width * rowSizeBytes);
    const scales = new Float32Array(width * blocks);
    const turned = new Float32Array(rowsPerChunk(conversion) * width);
    for await (const { firstRow, rowCount, values } of chunks(conversion, panel)) {
      const place = { targetStride: rowCount, targetOffset: 0 };
      transposeInto(values, { rows: rowCount, columns, ...panel }, turned, place);
      const firstBlock = firstRow / blockSize;
      const blockCount = Math.ceil(rowCount / blockSize);
      for (let column = 0; column < width; column++) {
        const start = column * blocks + firstBlock;
        quantiseRow(
          turned.subarray(column * rowCount, (column + 1) * rowCount),
          quantised.subarray(start * blockSizeBytes, (start + blockCount) * blockSizeBytes),
          scales.subarray(start, start + blockCount),
          bits,
        );
      }
    }
    await sink(name, panel.from * rowSizeBytes, quantised);
    await sink(scaleName(name), panel.from * blocks * 4, bytesOf(scales));
  }
}

/** A few rows, exactly. */
async function writeRows(conversion: Conversion, { from, to }: { from: number; to: number }): Promise<void> {
  const { name, columns, source, sink } = conversion;
  const values = new Float32Array((to - from) * columns);
  await source.read(from, values);
  await sink(exactRowsName(name), 0, bytesOf(values));
}

function quantiseRow(row: Float32Array, quantised: Uint8Array, scales: Float32Array, bits: 4 | 8): void {
  if (bits === 8) quantiseRowBlocks8(row, quantised, scales);
  else quantiseRowBlocks4(row, quantised, scales);
}

/** Columns `from` to before `to` of the checkpoint's matrix: what of it is collected in one reading. */
interface Panel {
  readonly from: number;
  readonly to: number;
}

/** Divides the columns so that what is collected of each stays within bounds. */
function panels({ columns, panelSizeBytes = 300_000_000 }: Conversion, columnSizeBytes: number): readonly Panel[] {
  const count = Math.ceil((columns * columnSizeBytes) / panelSizeBytes);
  const width = Math.ceil(columns / count);
  return Array.from({ length: Math.ceil(columns / width) }, (_, i) => ({
    from: i * width,
    to: Math.min((i + 1) * width, columns),
  }));
}

interface Chunk {
  readonly firstRow: number;
  readonly rowCount: number;
  /** [rowCount, columns], valid until the next chunk is asked for. */
  readonly values: Float32Array;
}

/** Whole blocks of rows, so that blocks along the columns are whole too. */
function rowsPerChunk({ rows, columns, chunkSize = 1 << 20 }: Conversion): number {
  return Math.min(rows, blockSize * Math.max(1, Math.floor(chunkSize / columns / blockSize)));
}

/** All rows in order. The next ones are being read while a chunk is worked on. */
async function* chunks(conversion: Conversion, panel?: Panel): AsyncGenerator<Chunk> {
  const { rows, columns, source, signal, onProgress } = conversion;
  const step = rowsPerChunk(conversion);
  const buffers = [new Float32Array(step * columns), new Float32Array(step * columns)] as const;
  const read = async (index: number): Promise<Chunk> => {
    const firstRow = index * step;
    const rowCount = Math.max(0, Math.min(step, rows - firstRow));
    const values = buffers[index % 2]!.subarray(0, rowCount * columns);
    if (rowCount > 0) await source.read(firstRow, values);
    return { firstRow, rowCount, values };
  };
  const readAhead = (index: number): Promise<Chunk> => {
    const reading = read(index);
    // Its failure belongs to whoever asks for the chunk; until then it must not count as unhandled.
    reading.catch(() => undefined);
    return reading;
  };
  const share = panel ? (panel.to - panel.from) / columns : 1;
  let next = readAhead(0);
  try {
    for (let index = 1; (index - 1) * step < rows; index++) {
      throwIfCancelled(signal);
      const chunk = await next;
      next = readAhead(index);
      yield chunk;
      onProgress?.((share * chunk.rowCount) / rows);
    }
  } finally {
    // Whoever stops early must not leave a reading behind that goes on in a closed file.
    await next.catch(() => undefined);
  }
}

/** What turns f32 into the dtype; the result is valid until the next call. */
function rounding(conversion: Conversion, dtype: 'f32' | 'f16'): (values: Float32Array) => Float32Array | Uint16Array {
  if (dtype === 'f32') return (values) => values;
  const buffer = new Uint16Array(rowsPerChunk(conversion) * conversion.columns);
  return (values) => {
    const halves = float32ToFloat16(values, buffer.subarray(0, values.length));
    if (hasInfinity(halves)) {
      const tensor = conversion.name;
      throw new AppError(
        'weights-too-large',
        `"${tensor}" holds a weight beyond ±65504, the limit of f16; import the model as f32 or int8.`,
        { data: { tensor } },
      );
    }
    return halves;
  };
}

function hasInfinity(halves: Uint16Array): boolean {
  for (let i = 0; i < halves.length; i++) if ((halves[i]! & 0x7fff) === 0x7c00) return true;
  return false;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
