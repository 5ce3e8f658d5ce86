/**
 * @file Checkpoints of a training: one safetensors file each, whole or not there. It holds the trained parameters under
 * their own names and what is kept of each under `<slot>:<name>`, in the layout of released checkpoints; its header says
 * which plan it belongs to and where the data goes on.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { AppError } from '#base/app-error';
import { isTemporaryName } from '#files/durable-write';
import { fileError } from '#files/file-error';
import type { ParameterSpec } from '#model/parameters';
import { SafetensorsFile } from '#model/weights/node/safetensors-file';
import { writeSafetensors } from '#model/weights/node/write-safetensors';
import { float32Of, type TensorData } from '#model/weights/tensor-data';

import { hostTensor, type HostTensorOf } from '../runtime.ts';
import { graphShape, parameterData } from './parameter-layout.ts';
import { parametersOf, type TrainingPlan } from './training-plan.ts';
import { stateName } from './training-step.ts';
import { slotsOf, type TrainingState } from './training-state.ts';

/** How many of the newest are kept: the one before the last is there should the last not be readable. */
const KEPT = 2;

/** Brings a state to the disk, then removes the checkpoints that are not needed any more. */
export async function saveCheckpoint(folder: string, plan: TrainingPlan, state: TrainingState): Promise<void> {
  const tensors = new Map<string, TensorData>();
  for (const [name, spec] of keptTensors(plan)) {
    const { data } = state.tensors.get(name)!;
    const { buffer, byteOffset, byteLength } = parameterData(spec, data, 'checkpoint');
    tensors.set(name, { dtype: 'f32', shape: spec.shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
  }
  const { step, batches, samples } = state;
  await writeSafetensors(path.join(folder, fileName(step)), tensors, {
    plan: plan.name,
    step: String(step),
    batches: String(batches),
    samples: String(samples),
  });
  for (const old of (await checkpointNames(folder)).slice(0, -KEPT)) await rm(path.join(folder, old), { force: true });
}

/**
 * The newest readable checkpoint put over a state, or the state itself when there is none. What a killed process left
 * half written is removed.
 *
 * @throws AppError `checkpoint-mismatch` when the folder belongs to another plan or another configuration
 */
export async function resumeState(folder: string, plan: TrainingPlan, start: TrainingState): Promise<TrainingState> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError(error, folder, 'make a folder for checkpoints');
  });
  for (const name of await readdir(folder))
    if (isTemporaryName(name)) await rm(path.join(folder, name), { force: true });
  const names = await checkpointNames(folder);
  for (const name of names.toReversed()) {
    try {
      return await readCheckpoint(path.join(folder, name), plan, start);
    } catch (error) {
      const damaged = error instanceof AppError && error.code === 'safetensors-invalid';
      if (!damaged || name === names[0]) throw error;
    }
  }
  return start;
}

async function readCheckpoint(file: string, plan: TrainingPlan, start: TrainingState): Promise<TrainingState> {
  const opened = await SafetensorsFile.open(file);
  try {
    const number = (key: string) => Number(opened.metadata.get(key));
    if (opened.metadata.get('plan') !== plan.name) {
      throw mismatch(file, `it belongs to "${opened.metadata.get('plan') ?? 'nothing'}", not to "${plan.name}"`);
    }
    const tensors = new Map(start.tensors);
    for (const [name, spec] of keptTensors(plan)) {
      const entry = opened.tensors.get(name);
      if (entry?.shape.join() !== spec.shape.join()) {
        throw mismatch(file, `it has ${entry ? `${name} of shape [${entry.shape.join(', ')}]` : `no ${name}`}`);
      }
      const data = parameterData(spec, float32Of(await opened.read(entry)), 'graph');
      tensors.set(name, hostTensor('f32', graphShape(spec), data) satisfies HostTensorOf<'f32'>);
    }
    return { step: number('step'), batches: number('batches'), samples: number('samples'), tensors };
  } finally {
    await opened.close();
  }
}

/** Names in a checkpoint, each with the parameter whose shape it has. */
function keptTensors(plan: TrainingPlan): Map<string, ParameterSpec> {
  const kept = new Map<string, ParameterSpec>();
  for (const spec of parametersOf(plan).values()) {
    if (!plan.trains(spec)) continue;
    for (const slot of [null, ...slotsOf(plan, spec)]) kept.set(stateName(slot, spec.name), spec);
  }
  return kept;
}

const DIGITS = 9;

function fileName(step: number): string {
  return `step-${String(step).padStart(DIGITS, '0')}.safetensors`;
}

/** Whether a training in this folder goes on instead of beginning. */
export async function hasCheckpoint(folder: string): Promise<boolean> {
  const names = await checkpointNames(folder).catch(() => []);
  return names.length > 0;
}

/** From the oldest to the newest. */
async function checkpointNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^step-\d+\.safetensors$/.test(name)).sort();
}

function mismatch(file: string, reason: string): AppError {
  return new AppError(
    'checkpoint-mismatch',
    `The training cannot go on from ${path.basename(file)}: ${reason}. Choose another folder, or remove that one.`,
    { data: { file, reason } },
  );
}
