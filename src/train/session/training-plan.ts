import { Scope, type Value } from '#model/ir/graph';
import { Builder, type AdaptLinear } from '#model/nn/builder';
import type { ParameterSpec } from '#model/parameters';

import type { Optimiser } from '../optimise/optimiser.ts';
import type { Schedule } from '../optimise/schedule.ts';
import type { HostTensor } from '../runtime.ts';
import type { Objective } from './training-step.ts';

/** What is trained, on what, how, and for how long. Pure: the same plan, weights and batches give the same model. */
export interface TrainingPlan {
  /** Kept in checkpoints, so that one of another plan is not gone on with. */
  readonly name: string;
  /** Updates in all. */
  readonly steps: number;
  /**
   * The loss of a batch of each bucket: all batches of one bucket have the same inputs of the same shapes, and each bucket
   * has a graph of its own over the same parameters.
   */
  readonly objectives: Readonly<Record<string, (builder: Builder) => Objective>>;
  readonly trains: (spec: ParameterSpec) => boolean;
  readonly optimiser: Optimiser;
  readonly schedule: Schedule;
  /** Largest norm of all gradients together; 1 if not given, null for no limit. */
  readonly clipNorm?: number | null;
  /** Decay of the moving average of the parameters; none is kept if not given. */
  readonly averageDecay?: number;
  /** Batches for one update, whose buckets use the same parameters; 1 if not given. */
  readonly accumulation?: number;
  readonly adapt?: AdaptLinear;
  /** Trades time for memory, see `recomputed`. */
  readonly keeps?: (value: Value) => boolean;
}

/** What one run is fed beside the parameters. */
export interface TrainingBatch {
  readonly bucket: string;
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly samples: number;
}

const known = new WeakMap<TrainingPlan, ReadonlyMap<string, ParameterSpec>>();

/** Every parameter that some bucket's graph uses. */
export function parametersOf(plan: TrainingPlan): ReadonlyMap<string, ParameterSpec> {
  const existing = known.get(plan);
  if (existing) return existing;
  const { objectives, adapt } = plan;
  const specs = new Map<string, ParameterSpec>();
  for (const objective of Object.values(objectives)) {
    const builder = new Builder(new Scope(), { fused: true, fusedAttention: false, ...(adapt && { adapt }) });
    objective(builder);
    for (const [name, spec] of builder.parameters) specs.set(name, spec);
  }
  known.set(plan, specs);
  return specs;
}
