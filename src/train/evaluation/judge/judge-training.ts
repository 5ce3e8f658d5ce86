/** @file How the judge is trained: on labelled pictures of all combinations, some spoilt as a generator would spoil them. */
import type { Builder } from '#model/nn/builder';
import * as t from '#model/ops/tensor';

import { planarFloats, type PictureStack } from '../../data/batches/batch.ts';
import { labelledPicture, type LabelledPicture } from '../../data/judge-data.ts';
import { curricula } from '../../data/scene/curriculum.ts';
import type { SpriteSheet } from '../../data/sprites/sprite-sheet.ts';
import { crossEntropy } from '../../losses/cross-entropy.ts';
import { adamW } from '../../optimise/adamw.ts';
import { muon } from '../../optimise/muon.ts';
import { warmupStable } from '../../optimise/schedule.ts';
import { hostTensor, type HostTensor } from '../../runtime.ts';
import type { TrainingBatch, TrainingPlan } from '../../session/training-plan.ts';
import type { Objective } from '../../session/training-step.ts';
import { labelIndices } from '../../recipe/assembly/things.ts';
import { CELLS, JUDGE_SIDE, judge } from './judge-network.ts';

const BUCKET = 'pictures';
/** How much a cell with nothing in it counts; most are. */
const NOTHING_WEIGHT = 0.15;
const BOX_WEIGHT = 4;
const WEIGHT_DECAY = 0.05;
const PEAK_RATE = 1e-3;
/** Seed spaces of what it learns from and of what its error is measured on. */
export const JUDGE_SEEDS = { training: 1, test: 2 } as const;

export interface JudgeTraining {
  readonly steps: number;
  readonly batchSize: number;
}

export function judgePlan({ steps, batchSize }: JudgeTraining): TrainingPlan {
  return {
    name: 'judge',
    steps,
    objectives: { [BUCKET]: (builder) => judgeObjective(builder, batchSize) },
    trains: () => true,
    optimiser: muon({
      others: adamW({ beta2: 0.98, weightDecay: WEIGHT_DECAY, decays: (name) => name.endsWith('.weight') }),
      applies: ({ kind }) => kind === 'linear' || kind === 'conv',
      weightDecay: WEIGHT_DECAY,
    }),
    schedule: warmupStable({
      peak: PEAK_RATE,
      warmupSteps: Math.min(200, steps / 10),
      cooldownSteps: steps * 0.3,
      steps,
      last: PEAK_RATE / 50,
    }),
    averageDecay: 0.999,
  };
}

/** Tidy scenes, as tests ask for, and free ones, as what a model draws instead may be; most are painted, the hardest to know. */
const PAINTED = 0.65;
const CURRICULA = [
  { ...curricula.placed, painted: PAINTED },
  { ...curricula['known-scenes'], painted: PAINTED },
] as const;

/** Pictures that the judge is trained on or tested with, of both kinds in turn; half of each are spoilt. */
export function judgeData(sheet: SpriteSheet, seed: number): (index: number) => LabelledPicture {
  return (index) => {
    const curriculum = CURRICULA[Math.floor(index / 2) % CURRICULA.length]!;
    return labelledPicture({ seed, curriculum, sheet, size: JUDGE_SIDE, damage: index % 2 }, index);
  };
}

export async function* judgeBatches(
  sheet: SpriteSheet,
  batchSize: number,
  fromIndex: number,
): AsyncGenerator<TrainingBatch, undefined> {
  const pictures = judgeData(sheet, JUDGE_SEEDS.training);
  for (let index = fromIndex; ; index++) {
    const labelled = Array.from({ length: batchSize }, (_, at) => pictures(index * batchSize + at));
    yield { bucket: BUCKET, samples: batchSize, inputs: judgeInputs(labelled) };
  }
}

function judgeInputs(labelled: readonly LabelledPicture[]): Record<string, HostTensor> {
  const cells = CELLS ** 2;
  const rows = labelled.length * cells;
  const { nothing, colorless } = labelIndices;
  const things = new BigInt64Array(rows).fill(BigInt(nothing));
  const colors = new BigInt64Array(rows).fill(BigInt(colorless));
  const boxes = new Float32Array(rows * 4);
  const present = new Float32Array(rows);
  for (const [picture, { boxes: found }] of labelled.entries()) {
    for (const { object, color, x, y, width, height } of found) {
      const column = ((x + width / 2) / JUDGE_SIDE) * CELLS;
      const row = ((y + height / 2) / JUDGE_SIDE) * CELLS;
      const cell = Math.min(CELLS - 1, Math.floor(row)) * CELLS + Math.min(CELLS - 1, Math.floor(column));
      const at = picture * cells + cell;
      things[at] = BigInt(labelIndices.thing(object));
      colors[at] = BigInt(labelIndices.color(color));
      boxes.set([column % 1, row % 1, width / JUDGE_SIDE, height / JUDGE_SIDE], at * 4);
      present[at] = 1;
    }
  }
  const pixels = planarFloats(stacked(labelled.map(({ picture }) => picture)));
  return {
    pixels: hostTensor('f32', [labelled.length, 3, JUDGE_SIDE, JUDGE_SIDE], pixels),
    things: hostTensor('i64', [rows], things),
    colors: hostTensor('i64', [rows], colors),
    boxes: hostTensor('f32', [rows, 4], boxes),
    present: hostTensor('f32', [rows, 1], present),
  };
}

function judgeObjective(builder: Builder, batch: number): Objective {
  const rows = batch * CELLS ** 2;
  const seen = judge(builder, builder.input('pixels', 'f32', [batch, 3, JUDGE_SIDE, JUDGE_SIDE]));
  const present = builder.input('present', 'f32', [rows, 1]);
  const weights = t.reshape(t.add(t.mul(present, 1 - NOTHING_WEIGHT), NOTHING_WEIGHT), [rows]);
  const things = crossEntropy(seen.things, builder.input('things', 'i64', [rows]), weights);
  const count = t.max(t.reduceSum(present, [0, 1], false), 1);
  const shown = t.add(t.reshape(present, [rows]), 1e-6);
  const colors = crossEntropy(seen.colors, builder.input('colors', 'i64', [rows]), shown);
  const missed = t.mul(t.abs(t.sub(seen.boxes, builder.input('boxes', 'f32', [rows, 4]))), present);
  const boxes = t.div(t.reduceSum(missed, [0, 1], false), count);
  const loss = t.add(t.add(things, t.mul(colors, 0.5)), t.mul(boxes, BOX_WEIGHT / 4));
  return { loss, metrics: { things, colors, boxes } };
}

function stacked(pictures: readonly { readonly data: Uint8Array }[]): PictureStack {
  const each = JUDGE_SIDE ** 2 * 3;
  const data = new Uint8Array(pictures.length * each);
  for (const [index, picture] of pictures.entries()) data.set(picture.data, index * each);
  return { count: pictures.length, width: JUDGE_SIDE, height: JUDGE_SIDE, channels: 3, data };
}
