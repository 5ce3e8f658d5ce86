/**
 * The safetensors format: 8 bytes with the length of a JSON header (little-endian), the header, then the tensors' bytes
 * back to back. The header gives each tensor's dtype, shape and byte range, counted from the header's end.
 *
 * Reading treats the header as hostile: every range must lie in the file, fit its shape, and touch its neighbours with
 * neither overlap nor gap. Pure; files are opened in `node/safetensors-file.ts` and `node/safetensors-writer.ts`.
 */
import { AppError } from '#base/app-error';
import { defined } from '#base/assert';
import { dtypeSizeBytes, elementCount, formatShape, type StoredDtype } from './dtype.ts';
import { isJsonObject, parseJsonObject, type Json, type JsonObject } from './json.ts';

/** What a tensor is, before anyone decides where its bytes go. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
}

/** A tensor in a file. `offsetBytes` counts from the start of the file, so it serves as an ONNX external-data offset. */
export interface TensorEntry extends TensorSpec {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The bytes in front of the header that give its length. */
export const prefixSizeBytes = 8;

/** The format's own limit; a longer header is never read. */
const maxHeaderSizeBytes = 100_000_000;

/** Header object, tensor object, shape array. */
const maxHeaderDepth = 3;

const dtypeOfName: ReadonlyMap<string, StoredDtype> = new Map([
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['I8', 'i8'],
  ['U8', 'u8'],
  ['I32', 'i32'],
  ['I64', 'i64'],
]);

/**
 * Length in bytes of the JSON header.
 * @param prefix the file's first 8 bytes (fewer if the file is shorter)
 */
export function headerSizeBytes(prefix: Uint8Array, source: { file: string; fileSizeBytes: number }): number {
  if (prefix.length < prefixSizeBytes) throw damaged(source.file, 'it is too short to be a safetensors file');
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixSizeBytes);
  const size = view.getBigUint64(0, true);
  if (size > BigInt(maxHeaderSizeBytes)) {
    throw damaged(source.file, `its header claims ${size} bytes, more than the ${maxHeaderSizeBytes} allowed`);
  }
  if (Number(size) > source.fileSizeBytes - prefixSizeBytes) {
    throw damaged(source.file, `its header claims ${size} bytes, but the file ends before that`);
  }
  return Number(size);
}

/**
 * Reads and checks a header.
 * @param json the header's bytes, without the length in front
 */
export function parseSafetensorsHeader(
  json: Uint8Array,
  { file, fileSizeBytes }: { file: string; fileSizeBytes: number },
): SafetensorsHeader {
  const dataStart = prefixSizeBytes + json.length;
  const header = parseJsonObject(
    decodeUtf8(json, file),
    { file, code: 'safetensors-invalid' },
    { maxDepth: maxHeaderDepth },
  );
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => parseEntry(name, value, dataStart, file));
  refuseGaps(tensors, dataStart, fileSizeBytes, file);
  return {
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    metadata: parseMetadata(header['__metadata__'], file),
  };
}

function parseEntry(name: string, value: Json, dataStart: number, file: string): TensorEntry {
  const what = `tensor "${name.slice(0, 200)}"`;
  if (!isJsonObject(value)) throw damaged(file, `${what} is not described by an object`);
  const dtypeName = value['dtype'];
  const shape = value['shape'];
  const range = value['data_offsets'];
  if (typeof dtypeName !== 'string') throw damaged(file, `${what} has no dtype`);
  const dtype = dtypeOfName.get(dtypeName);
  if (dtype === undefined) {
    throw new AppError(
      'safetensors-dtype-unsupported',
      `${file}: ${what} is of type ${dtypeName.slice(0, 20)}, which the studio does not read; convert it to BF16, F16 or F32.`,
      { data: { file, tensor: name, dtype: dtypeName } },
    );
  }
  if (!isCountList(shape)) throw damaged(file, `${what} has no proper shape`);
  if (!isCountList(range) || range.length !== 2) throw damaged(file, `${what} has no proper byte range`);
  const [begin, end] = range as [number, number];
  const sizeBytes = tensorSizeBytes({ dtype, shape });
  if (!Number.isSafeInteger(sizeBytes) || end - begin !== sizeBytes) {
    throw damaged(
      file,
      `${what} of shape ${formatShape(shape)} and type ${dtypeName} needs ${sizeBytes} bytes, but has ${end - begin}`,
    );
  }
  return { name, dtype, shape, offsetBytes: dataStart + begin, sizeBytes };
}

/** Ranges must tile the data exactly: that also bounds every one of them by the file's size. */
function refuseGaps(tensors: readonly TensorEntry[], dataStart: number, fileSizeBytes: number, file: string): void {
  const inOrder = tensors.toSorted((a, b) => a.offsetBytes - b.offsetBytes || a.sizeBytes - b.sizeBytes);
  let end = dataStart;
  for (const { name, offsetBytes, sizeBytes } of inOrder) {
    if (offsetBytes < end) throw damaged(file, `tensor "${name}" overlaps the one before it`);
    if (offsetBytes > end) throw damaged(file, `there is a gap in front of tensor "${name}"`);
    end += sizeBytes;
  }
  if (end > fileSizeBytes) {
    throw damaged(file, `it is cut off: ${end} bytes are announced, ${fileSizeBytes} are there`);
  }
  if (end < fileSizeBytes) throw damaged(file, `${fileSizeBytes - end} bytes at its end belong to no tensor`);
}

function parseMetadata(value: Json | undefined, file: string): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isJsonObject(value)) throw damaged(file, 'its metadata is not an object');
  return new Map(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== 'string') throw damaged(file, `its metadata "${key.slice(0, 200)}" is not a text`);
      return [key, text];
    }),
  );
}

function isCountList(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged(file, 'its header is not UTF-8 text');
  }
}

function damaged(file: string, reason: string): AppError {
  return new AppError('safetensors-invalid', `${file} is damaged: ${reason}.`, { data: { file, reason } });
}

/** Where the data of a written file starts: a page, so that a file can be mapped and read in place. */
const dataAlignment = 4096;

/** Tensor offsets are multiples of this wherever the sizes allow it: a cache line, and any SIMD load. */
const tensorAlignment = 64;

/** A file about to be written: everything in front of the data, and where each tensor goes, in writing order. */
export interface SafetensorsLayout {
  /** Length, JSON and the spaces that pad it; the data follows at once. */
  readonly head: Uint8Array<ArrayBuffer>;
  readonly entries: readonly TensorEntry[];
  readonly fileSizeBytes: number;
}

/**
 * Lays out a file without holes. Tensors whose size is a multiple of 64 come first, in the given order, so that all of
 * them and the first of the rest start at multiples of 64; the rest follow by falling alignment, which keeps every
 * offset a multiple of the element size.
 */
export function layOutSafetensors(
  tensors: readonly TensorSpec[],
  metadata: Readonly<Record<string, string>> = {},
): SafetensorsLayout {
  const inOrder = tensors.toSorted((a, b) => alignmentOf(tensorSizeBytes(b)) - alignmentOf(tensorSizeBytes(a)));
  let dataSizeBytes = 0;
  const begins = inOrder.map((tensor) => {
    const begin = dataSizeBytes;
    dataSizeBytes += tensorSizeBytes(tensor);
    return begin;
  });
  const lines = inOrder.map(({ name, dtype, shape }, index): [string, JsonObject] => {
    const begin = defined(begins[index]);
    const range = [begin, begin + tensorSizeBytes({ dtype, shape })];
    return [name, { dtype: dtype.toUpperCase(), shape, data_offsets: range }];
  });
  if (Object.keys(metadata).length > 0) lines.unshift(['__metadata__', metadata]);
  const head = formatHead(JSON.stringify(Object.fromEntries(lines)));
  const entries = inOrder.map(({ name, dtype, shape }, index) => ({
    name,
    dtype,
    shape,
    offsetBytes: head.length + defined(begins[index]),
    sizeBytes: tensorSizeBytes({ dtype, shape }),
  }));
  return { head, entries, fileSizeBytes: head.length + dataSizeBytes };
}

/** The largest power of two up to 64 that divides the size. */
function alignmentOf(sizeBytes: number): number {
  let alignment = tensorAlignment;
  while (sizeBytes % alignment !== 0) alignment /= 2;
  return alignment;
}

function formatHead(json: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(json);
  const size = Math.ceil((prefixSizeBytes + text.length) / dataAlignment) * dataAlignment;
  const head = new Uint8Array(size).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(size - prefixSizeBytes), true);
  head.set(text, prefixSizeBytes);
  return head;
}

/** Divides tensors, in their order, among files of at most `maxFileBytes`; a larger tensor gets a file of its own. */
export function splitIntoFiles<T extends TensorSpec>(tensors: readonly T[], maxFileBytes: number): readonly T[][] {
  const files: T[][] = [[]];
  let sizeBytes = dataAlignment;
  for (const tensor of tensors) {
    // What the tensor adds: its data and its line in the header, which takes its name, escaped at worst, and some 150 bytes.
    const added = tensorSizeBytes(tensor) + 6 * tensor.name.length + 150;
    if (sizeBytes + added > maxFileBytes && files.at(-1)!.length > 0) {
      files.push([]);
      sizeBytes = dataAlignment;
    }
    files.at(-1)!.push(tensor);
    sizeBytes += added;
  }
  return files;
}

/** Bytes that a tensor's elements take. */
export function tensorSizeBytes({ dtype, shape }: Omit<TensorSpec, 'name'>): number {
  return elementCount(shape) * dtypeSizeBytes[dtype];
}
