/** @file The training loop: batches in, metrics out, state kept safe. */
import { throwIfCancelled, isCancelled } from '#base/abort';
import { AppError } from '#base/app-error';
import { defined } from '#base/assert';

import { averageShare } from '../optimise/schedule.ts';
import { floats, hostTensor, type HostTensor, type HostTensorOf, type LoadGraph } from '../runtime.ts';
import { resumeState, saveCheckpoint } from './checkpoints.ts';
import { findNonFinite } from './find-non-finite.ts';
import { StepSessions, type LoadedStep } from './step-sessions.ts';
import type { TrainingBatch, TrainingPlan } from './training-plan.ts';
import { startState, type TrainingState, type Weights } from './training-state.ts';
import { AVERAGE_SHARE, GRADIENT_SUM, metricName, nextName, stateName } from './training-step.ts';

export interface TrainingOptions {
  /** What the parameters are at first, by checkpoint name; also those that are not trained. */
  readonly weights: Weights;
  /** Batches from an index on, the same ones whenever it is asked. Closed with `return` at the end. */
  readonly batches: (fromIndex: number) => AsyncIterator<TrainingBatch, undefined>;
  readonly loadGraph: LoadGraph;
  /** Where checkpoints are kept and resumed from; none if not given. */
  readonly folder?: string;
  /** Updates between checkpoints. One is made at the end and when the training is cancelled, too. */
  readonly saveEvery?: number;
  /** Whether a loss that is not a number is traced to the operation it first appears in, which takes another run. */
  readonly traceNonFinite?: boolean;
  readonly signal?: AbortSignal;
}

/** What one update says of itself: a line of the log. */
export interface StepMetrics {
  readonly step: number;
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Since the training began. */
  readonly samples: number;
  readonly samplesPerSecond: number;
  /** Bucket of the last batch. */
  readonly bucket: string;
  /** The objective's own. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Trains from the newest checkpoint of the folder, or from the given weights, to the plan's last step. An interrupted
 * training goes on bit by bit as if it had not been.
 *
 * @returns the last state
 * @throws AppError `cancelled`, `training-diverged` (the last good state is in the folder), `checkpoint-mismatch`, and what
 *   the runtime, the data and the disk refuse
 */
export async function* train(
  plan: TrainingPlan,
  options: TrainingOptions,
): AsyncGenerator<StepMetrics, TrainingState, undefined> {
  const { folder, saveEvery = Number.POSITIVE_INFINITY, signal } = options;
  throwIfCancelled(signal);
  const start = startState(plan, options.weights);
  let state = folder === undefined ? start : await resumeState(folder, plan, start);
  let savedStep = state.step;
  const save = async () => {
    if (folder === undefined || state.step === savedStep) return;
    await saveCheckpoint(folder, plan, state);
    savedStep = state.step;
  };
  const sessions = new StepSessions(plan, options.loadGraph);
  const batches = options.batches(state.batches);
  try {
    while (state.step < plan.steps) {
      throwIfCancelled(signal);
      const update = await updateOnce(plan, state, batches, sessions, options);
      state = update.state;
      if (state.step - savedStep >= saveEvery) await save();
      yield update.metrics;
    }
    await save();
    return state;
  } catch (error) {
    // The state is the one after the last good update: whatever stops the training, it is worth keeping.
    if (isCancelled(error) || (error instanceof AppError && error.code === 'training-diverged')) await save();
    throw error;
  } finally {
    await batches.return?.();
    await sessions.release();
  }
}

async function updateOnce(
  plan: TrainingPlan,
  state: TrainingState,
  batches: AsyncIterator<TrainingBatch, undefined>,
  sessions: StepSessions,
  options: TrainingOptions,
): Promise<{ state: TrainingState; metrics: StepMetrics }> {
  const { accumulation = 1 } = plan;
  const step = state.step + 1;
  const learningRate = plan.schedule(step);
  const startMs = performance.now();
  let sums: ReadonlyMap<string, HostTensorOf<'f32'>> = new Map();
  let samples = 0;
  const means: Record<string, number> = {};
  const runBatch = async (kind: 'accumulate' | 'update', scalars: Readonly<Record<string, HostTensor>>) => {
    const batch = await nextBatch(batches);
    const loaded = await sessions.get(batch.bucket, kind);
    const inputs = inputsOf(loaded, batch, state, sums, scalars);
    const results = await loaded.session.run(inputs);
    samples += batch.samples;
    for (const [name, value] of Object.entries(readMetrics(loaded, results))) {
      means[name] = (means[name] ?? 0) + value / accumulation;
    }
    return { batch, loaded, inputs, results };
  };

  for (let index = 1; index < accumulation; index++) {
    const { loaded, results } = await runBatch('accumulate', {});
    sums = new Map([...sums, ...nextTensors(loaded, results)]);
  }
  const { batch, loaded, inputs, results } = await runBatch('update', scalarInputs(plan, learningRate, step));
  const { loss = Number.NaN, ...metrics } = means;
  const gradientNorm = floats(results['gradientNorm'])[0]!;
  if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
    throw await diverged(step, loss, loaded, inputs, options);
  }
  const next: TrainingState = {
    step,
    batches: state.batches + accumulation,
    samples: state.samples + samples,
    tensors: new Map([...state.tensors, ...nextTensors(loaded, results)]),
  };
  return {
    state: next,
    metrics: {
      step,
      loss,
      gradientNorm,
      learningRate,
      samples: next.samples,
      samplesPerSecond: (samples * 1000) / (performance.now() - startMs),
      bucket: batch.bucket,
      metrics,
    },
  };
}

async function nextBatch(batches: AsyncIterator<TrainingBatch, undefined>): Promise<TrainingBatch> {
  const { value, done } = await batches.next();
  if (done) throw new Error('Invariant broken: the batches ended before the training');
  return value;
}

function scalarInputs(plan: TrainingPlan, learningRate: number, step: number): Record<string, HostTensor> {
  const numbers = {
    ...plan.optimiser.scalars({ learningRate, step }),
    ...(plan.averageDecay !== undefined && { [AVERAGE_SHARE]: averageShare(step, plan.averageDecay) }),
  };
  const entries = Object.entries(numbers);
  return Object.fromEntries(entries.map(([name, value]) => [name, hostTensor('f32', [], Float32Array.of(value))]));
}

/** Parameters, state, batch and numbers, as far as the graph uses them. */
function inputsOf(
  { step: { graph, parameters } }: LoadedStep,
  batch: TrainingBatch,
  state: TrainingState,
  sums: ReadonlyMap<string, HostTensor>,
  scalars: Readonly<Record<string, HostTensor>>,
): Record<string, HostTensor> {
  const inputs: Record<string, HostTensor> = {};
  for (const name of graph.parameters.keys()) inputs[name] = defined(state.tensors.get(name), name);
  for (const [name, value] of graph.inputs) {
    const fed = batch.inputs[name] ?? scalars[name] ?? state.tensors.get(name) ?? sums.get(name);
    // A parameter that no batch before used has no sum yet.
    inputs[name] = fed ?? emptySum(name, parameters, value.shape as readonly number[]);
  }
  return inputs;
}

function emptySum(name: string, parameters: ReadonlyMap<string, unknown>, shape: readonly number[]): HostTensor {
  const prefix = stateName(GRADIENT_SUM, '');
  if (!name.startsWith(prefix) || !parameters.has(name.slice(prefix.length))) {
    throw new Error(`Invariant broken: a batch lacks the input "${name}"`);
  }
  return hostTensor('f32', shape, new Float32Array(shape.reduce((product, side) => product * side, 1)));
}

function nextTensors(
  { step }: LoadedStep,
  results: Readonly<Record<string, HostTensor>>,
): [string, HostTensorOf<'f32'>][] {
  return step.state.flatMap(({ name }) => {
    const next = results[nextName(name)];
    return next?.dtype === 'f32' ? [[name, next]] : [];
  });
}

function readMetrics({ step }: LoadedStep, results: Readonly<Record<string, HostTensor>>): Record<string, number> {
  const prefix = metricName('');
  const metrics: Record<string, number> = { loss: floats(results['loss'])[0]! };
  for (const name of step.graph.outputs.keys()) {
    if (name.startsWith(prefix)) metrics[name.slice(prefix.length)] = floats(results[name])[0]!;
  }
  return metrics;
}

async function diverged(
  step: number,
  loss: number,
  { step: { graph } }: LoadedStep,
  inputs: Readonly<Record<string, HostTensor>>,
  { loadGraph, traceNonFinite = false }: TrainingOptions,
): Promise<AppError> {
  const origin = traceNonFinite ? await findNonFinite(graph, inputs, loadGraph) : null;
  const where = origin === null ? '' : ` It first appears in ${origin}.`;
  return new AppError(
    'training-diverged',
    `The loss of step ${step} is not a number (${loss}).${where} The last good state is kept; go on with a lower learning rate.`,
    { data: { step, origin } },
  );
}
