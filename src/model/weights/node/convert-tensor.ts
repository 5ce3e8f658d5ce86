import * as nodeFs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '#base/app-error';
import { assert, defined } from '#base/assert';
import { fileError } from '#files/file-error';
import type { ParameterSpec } from '../../parameters.ts';
import { convertParameter, type ConversionOptions, type RowSource, type TensorSink } from '../convert-parameter.ts';
import { bfloat16ToFloat32, float16ToFloat32, indexOfNonFinite } from '../float16.ts';
import { matrixSize } from '../layout.ts';
import type { Precision } from '../package-manifest.ts';
import type { TensorEntry } from '../safetensors.ts';
import { readFully, writeFully, type FileOpener } from './file-range.ts';

/** A tensor in a particular file. */
export interface TensorPlace extends TensorEntry {
  readonly path: string;
}

/** One parameter to be converted: plain data, so that it can be sent to a thread. */
export interface ConversionTask {
  readonly spec: ParameterSpec;
  readonly precision: Precision;
  readonly source: TensorPlace;
  /** Where each of its stored tensors goes; the files are there already. */
  readonly targets: readonly TensorPlace[];
  readonly panelSizeBytes: number;
}

/**
 * Reads a tensor of a checkpoint and writes its stored forms to their places.
 * @throws AppError `weights-not-finite`, `weights-too-large`, `safetensors-invalid`, `disk-full`, `cancelled`
 */
export async function convertTensor(
  task: ConversionTask,
  {
    signal,
    onProgress,
    fs = nodeFs,
  }: Pick<ConversionOptions, 'signal' | 'onProgress'> & { fs?: FileOpener | undefined } = {},
): Promise<void> {
  const handles = new Map<string, FileHandle>();
  const open = async (path: string, flags: string) => {
    const handle = handles.get(path) ?? (await fs.open(path, flags));
    handles.set(path, handle);
    return handle;
  };
  try {
    const source = await open(task.source.path, 'r').catch((error: unknown) => {
      throw fileError(error, task.source.path, 'read the checkpoint');
    });
    for (const { path } of task.targets) await open(path, 'r+');
    const { sink, assertComplete } = writing(task, handles);
    const { panelSizeBytes } = task;
    const ends = { source: rowsOf(task, source), sink };
    await convertParameter(task.spec, task.precision, ends, { signal, onProgress, panelSizeBytes });
    assertComplete();
  } catch (error) {
    throw fileError(error, defined(task.targets[0]).path, 'write the model package');
  } finally {
    await Promise.all([...handles.values()].map((handle) => handle.close()));
  }
}

/** The tensor as rows of f32, every value checked. */
function rowsOf({ spec, source }: ConversionTask, handle: FileHandle): RowSource {
  const [, columns] = matrixSize(spec);
  const file = basename(source.path);
  let staging = new Uint16Array();
  const readValues = async (target: Float32Array, position: number) => {
    if (source.dtype === 'f32') return readFully(handle, bytesOf(target), source.offsetBytes + 4 * position, file);
    if (staging.length < target.length) staging = new Uint16Array(target.length);
    const halves = staging.subarray(0, target.length);
    await readFully(handle, bytesOf(halves), source.offsetBytes + 2 * position, file);
    if (source.dtype === 'bf16') bfloat16ToFloat32(halves, target);
    else float16ToFloat32(halves, target);
  };
  return {
    async read(firstRow, target) {
      await readValues(target, firstRow * columns);
      if (indexOfNonFinite(target) < 0) return;
      throw new AppError(
        'weights-not-finite',
        `"${spec.name}" in ${file} holds values that are not numbers; the checkpoint is broken, so download or train it again.`,
        { data: { tensor: spec.name, file } },
      );
    },
  };
}

function writing({ targets }: ConversionTask, handles: ReadonlyMap<string, FileHandle>) {
  const places = new Map(targets.map((place) => [place.name, { ...place, missingBytes: place.sizeBytes }]));
  const sink: TensorSink = async (tensor, fromBytes, bytes) => {
    const place = defined(places.get(tensor), `place of "${tensor}"`);
    assert(fromBytes + bytes.length <= place.sizeBytes, `"${tensor}" has no room for what is written`);
    await writeFully(defined(handles.get(place.path)), bytes, place.offsetBytes + fromBytes);
    place.missingBytes -= bytes.length;
  };
  const assertComplete = () => {
    for (const { name, missingBytes } of places.values()) {
      assert(missingBytes === 0, `${missingBytes} bytes of "${name}" were not written`);
    }
  };
  return { sink, assertComplete };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
