/**
 * @file Sessions of onnxruntime: a model as bytes, its weights read in place from files, tensors in and out.
 *
 * What the Node binding does (onnxruntime-node 1.30), and what follows from it:
 * - Inputs are read where they lie; outputs on the CPU are copied into fresh memory once. So a state that grows (a key
 *   and value cache) belongs to the caller, who feeds all of it and fetches only what is new.
 * - Weights in files are memory-mapped, also at odd offsets. Prepacking copies what matrix products use into a layout
 *   of its own, after which the mapped pages are free to go.
 * - A run blocks the JavaScript thread and cannot be interrupted; between two runs other events get their turn.
 */
import type { DType } from '#model/ir/tensor-type';
import { InferenceSession, env, listSupportedBackends, type Tensor as OrtValue } from 'onnxruntime-node';

import { DeviceTensor } from './device-tensor.ts';
import { zDevice, type Device } from '#shared/contract/device';
import { ortError } from './ort-error.ts';
import { dtypeOf, fromOrtValue, toOrtValue } from './ort-value.ts';
import type { Tensor } from './tensor.ts';

export interface SessionOptions {
  readonly device: Device;
  /** Folder that the locations of external data are relative to. Locations may name files in folders below it, and none outside. */
  readonly externalDataFolder?: string;
  /** Threads of one operator; the runtime takes one per physical core if not given. */
  readonly threads?: number;
  readonly optimization?: 'none' | 'basic' | 'extended' | 'all';
  /** Whether freed tensors stay reserved for the next run: faster, but memory is not given back before `release`. */
  readonly memoryArena?: boolean;
  /** Whether matrix weights are copied into the layout that is fastest; without, they stay in the mapped file. */
  readonly prepackWeights?: boolean;
  /** Outputs that stay on the device, as `DeviceTensor`s. Every run then computes all outputs. */
  readonly keepOnDevice?: readonly string[];
  /** Numbers for symbolic dimensions, where that lets the runtime plan better. */
  readonly dimensions?: Readonly<Record<string, number>>;
}

/** What a graph expects or gives: a dimension is a number, or the name of one that varies. */
export interface PortInfo {
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

type Inputs = Readonly<Record<string, Tensor | DeviceTensor>>;

export interface OrtSession {
  readonly device: Device;
  readonly inputs: ReadonlyMap<string, PortInfo>;
  readonly outputs: ReadonlyMap<string, PortInfo>;
  /**
   * Runs the graph once and reads the named outputs, or all; the others are not computed. Inputs must not be changed
   * until it is done. Not for sessions with `keepOnDevice`.
   *
   * @throws AppError `engine-run-failed`, `engine-out-of-memory`
   */
  run<Name extends string>(inputs: Inputs, options?: { outputs?: readonly Name[] }): Promise<Record<Name, Tensor>>;
  /** Runs the graph once; the outputs of `keepOnDevice` stay there as `DeviceTensor`s, which the caller disposes. */
  runOnDevice<Name extends string>(inputs: Inputs): Promise<Record<Name, Tensor | DeviceTensor>>;
  /** Gives back the memory of the session and of the device tensors that came out of it. May be called again. */
  release(): Promise<void>;
}

/**
 * Prepares a model for a device.
 *
 * @param model An ONNX model; not needed any more once the promise settles.
 * @throws AppError `engine-session-failed`, `engine-device-missing`, `engine-out-of-memory`
 */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<OrtSession> {
  // What goes wrong is thrown; the runtime need not also print it.
  env.logLevel = 'fatal';
  try {
    return new NativeSession(await InferenceSession.create(model, nativeOptions(options)), options);
  } catch (error) {
    throw ortError(error, options.device, 'load');
  }
}

/** The devices that the runtime was built for on this system, the CPU first. Whether they work is another matter. */
export function supportedDevices(): readonly Device[] {
  const names = new Set(listSupportedBackends().map(({ name }) => name));
  return zDevice.options.filter((device) => names.has(device));
}

export function runtimeVersion(): string {
  return env.versions.node ?? env.versions.common;
}

function nativeOptions(options: SessionOptions): InferenceSession.SessionOptions {
  const { device, externalDataFolder, threads, dimensions } = options;
  return {
    executionProviders: [device],
    logSeverityLevel: 4,
    enableCpuMemArena: options.memoryArena ?? false,
    enableMemPattern: options.memoryArena ?? false,
    graphOptimizationLevel: options.optimization === 'none' ? 'disabled' : (options.optimization ?? 'all'),
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    ...(dimensions && { freeDimensionOverrides: dimensions }),
    ...(options.keepOnDevice?.length && {
      preferredOutputLocation: Object.fromEntries(options.keepOnDevice.map((name) => [name, 'gpu-buffer'])),
    }),
    extra: {
      session: {
        // Sessions live side by side: the threads of one must not spin while another works.
        force_spinning_stop: '1',
        ...(externalDataFolder !== undefined && { model_external_initializers_file_folder_path: externalDataFolder }),
        ...(options.prepackWeights === false && { disable_prepacking: '1' }),
      },
    },
  };
}

class NativeSession implements OrtSession {
  readonly device: Device;
  readonly inputs: ReadonlyMap<string, PortInfo>;
  readonly outputs: ReadonlyMap<string, PortInfo>;
  /** The binding crashes when a device tensor outlives its session, so they are counted. */
  readonly #deviceTensors = new Set<DeviceTensor>();
  readonly #keepsOutputs: boolean;
  #session: InferenceSession | undefined;

  constructor(session: InferenceSession, { device, keepOnDevice = [] }: SessionOptions) {
    this.#session = session;
    this.#keepsOutputs = keepOnDevice.length > 0;
    this.device = device;
    this.inputs = portsOf(session.inputMetadata);
    this.outputs = portsOf(session.outputMetadata);
  }

  async run<Name extends string>(
    inputs: Inputs,
    { outputs }: { outputs?: readonly Name[] } = {},
  ): Promise<Record<Name, Tensor>> {
    if (this.#keepsOutputs) throw new Error('The session keeps outputs on the device: use runOnDevice');
    const results = await this.#run(inputs, outputs);
    return mapValues(results, fromOrtValue) as Record<Name, Tensor>;
  }

  async runOnDevice<Name extends string>(inputs: Inputs): Promise<Record<Name, Tensor | DeviceTensor>> {
    const results = await this.#run(inputs);
    return mapValues(results, (value, name) =>
      value.location === 'cpu' ? fromOrtValue(value) : this.#own(name, value),
    ) as Record<Name, Tensor | DeviceTensor>;
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    for (const tensor of this.#deviceTensors) tensor.dispose();
    await session?.release();
  }

  async #run(inputs: Inputs, outputs?: readonly string[]): Promise<InferenceSession.ReturnType> {
    const session = this.#session;
    if (session === undefined) throw new Error('The session was used after it was released');
    const feeds = this.#feeds(inputs);
    try {
      return await session.run(feeds, outputs ?? session.outputNames);
    } catch (error) {
      throw ortError(error, this.device, 'run');
    }
  }

  #feeds(inputs: Inputs): InferenceSession.FeedsType {
    const missing = [...this.inputs.keys()].filter((name) => !Object.hasOwn(inputs, name));
    const unknown = Object.keys(inputs).filter((name) => !this.inputs.has(name));
    if (missing.length > 0 || unknown.length > 0)
      throw new Error(
        `A run lacks the inputs [${missing.join(', ')}] and has the unknown ones [${unknown.join(', ')}]`,
      );
    return mapValues(inputs, (input, name) => {
      const expected = this.inputs.get(name)!;
      if (!accepts(expected, input))
        throw new Error(`Input "${name}" is ${typeText(input)} and should be ${typeText(expected)}`);
      return input instanceof DeviceTensor ? input.value : toOrtValue(input);
    });
  }

  #own(name: string, value: OrtValue): DeviceTensor {
    const tensor = new DeviceTensor(name, { dtype: dtypeOf(value.type), shape: value.dims }, value, () =>
      this.#deviceTensors.delete(tensor),
    );
    this.#deviceTensors.add(tensor);
    return tensor;
  }
}

function portsOf(metadata: readonly InferenceSession.ValueMetadata[]): ReadonlyMap<string, PortInfo> {
  return new Map(
    metadata.map((port) => {
      if (!port.isTensor) throw new Error(`"${port.name}" is not a tensor`);
      return [port.name, { dtype: dtypeOf(port.type), shape: port.shape }];
    }),
  );
}

function accepts(expected: PortInfo, { dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>): boolean {
  return (
    dtype === expected.dtype &&
    shape.length === expected.shape.length &&
    expected.shape.every((extent, axis) => typeof extent === 'string' || extent === shape[axis])
  );
}

function typeText({ dtype, shape }: PortInfo): string {
  return `${dtype}[${shape.join(',')}]`;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
