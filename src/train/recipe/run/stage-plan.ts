import type { Builder } from '#model/nn/builder';

import type { ParameterSpec } from '#model/parameters';
import { adamW } from '../../optimise/adamw.ts';
import { muon } from '../../optimise/muon.ts';
import { warmupStable } from '../../optimise/schedule.ts';
import type { TrainingPlan } from '../../session/training-plan.ts';
import type { Objective } from '../../session/training-step.ts';
import type { StageContext } from './stage-run.ts';

/** Part of the steps over which the learning rate falls at the end. */
const COOLDOWN_SHARE = 0.25;
const LAST_RATE_SHARE = 0.02;
const WEIGHT_DECAY = 0.02;

/** The plan of a stage: what it trains, and how fast. */
export function stagePlan(
  { stage, scale, size }: StageContext,
  objectives: Readonly<Record<string, (builder: Builder) => Objective>>,
): TrainingPlan {
  const { steps, peakRate, warmupSteps, averageDecay } = size;
  const adam = adamW({ beta2: 0.98, weightDecay: WEIGHT_DECAY, decays: (name) => name.endsWith('.weight') });
  const isMatrix = ({ kind }: ParameterSpec) => kind === 'linear' || kind === 'conv';
  return {
    name: `${scale} ${stage.id}`,
    steps,
    objectives,
    trains: ({ part }) => stage.trains.includes(part),
    optimiser: stage.optimiser === 'muon' ? muon({ others: adam, applies: isMatrix, weightDecay: WEIGHT_DECAY }) : adam,
    schedule: warmupStable({
      peak: peakRate,
      warmupSteps,
      steps,
      cooldownSteps: Math.round(steps * COOLDOWN_SHARE),
      last: peakRate * LAST_RATE_SHARE,
    }),
    averageDecay,
  };
}
