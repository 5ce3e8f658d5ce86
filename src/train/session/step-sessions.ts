import { AppError } from '#base/app-error';
import { emitOnnx } from '#model/onnx/emit';

import type { GraphSession, LoadGraph } from '../runtime.ts';
import type { TrainingPlan } from './training-plan.ts';
import { buildAccumulationStep, buildUpdateStep, type TrainingStep } from './training-step.ts';

export interface LoadedStep {
  readonly step: TrainingStep;
  readonly session: GraphSession;
}

/** One session per bucket and kind of step, made when it is first needed. Release it at the end. */
export class StepSessions {
  readonly #plan: TrainingPlan;
  readonly #loadGraph: LoadGraph;
  readonly #loaded = new Map<string, LoadedStep>();

  constructor(plan: TrainingPlan, loadGraph: LoadGraph) {
    this.#plan = plan;
    this.#loadGraph = loadGraph;
  }

  async get(bucket: string, kind: 'update' | 'accumulate'): Promise<LoadedStep> {
    const key = `${kind} ${bucket}`;
    const existing = this.#loaded.get(key);
    if (existing) return existing;
    const step = this.#build(bucket, kind);
    const loaded = { step, session: await this.#loadGraph(emitOnnx(step.graph, () => 'fed')) };
    this.#loaded.set(key, loaded);
    return loaded;
  }

  async release(): Promise<void> {
    const all = [...this.#loaded.values()];
    this.#loaded.clear();
    await Promise.all(all.map(({ session }) => session.release()));
  }

  #build(bucket: string, kind: 'update' | 'accumulate'): TrainingStep {
    const { objectives, trains, optimiser, clipNorm = 1, averageDecay, accumulation = 1, adapt, keeps } = this.#plan;
    const objective = objectives[bucket];
    if (!objective) {
      const known = Object.keys(objectives);
      throw new AppError(
        'training-plan-invalid',
        `The batches are of the bucket "${bucket}", and the plan knows ${known.join(', ')} only.`,
        { data: { bucket, known } },
      );
    }
    const average = averageDecay !== undefined;
    const options = { objective, trains, optimiser, clipNorm, average, accumulation, adapt, keeps };
    return kind === 'update' ? buildUpdateStep(options) : buildAccumulationStep(options);
  }
}
