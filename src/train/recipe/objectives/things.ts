import type { Value } from '#model/ir/graph';
import type { Builder } from '#model/nn/builder';
import { layerNorm, linear, type Module } from '#model/nn/layers';
import type { OvisConfig } from '#model/ovis/config';
import type { VisionGrid } from '#model/ovis/processing/vision-layout';
import { encodePatches } from '#model/ovis/vision-encoder';
import * as t from '#model/ops/tensor';

import { crossEntropy } from '../../losses/cross-entropy.ts';
import type { Objective } from '../../session/training-step.ts';
import { COLOR_COUNT, THING_COUNT } from '../assembly/things.ts';
import { embeddingsOf, visionInputs } from './sequence.ts';

const NORM_EPSILON = 1e-5;
/** How much the many places that show nothing count. */
const NOTHING_WEIGHT = 0.2;
/** How much the colours count beside the things. */
const COLOR_WEIGHT = 0.5;

/**
 * What stands in every merge group, and in which colour.
 *
 * Inputs: patches f32[count · patches, 3 · patch²]; things and colors i64[count · groups].
 */
export function thingsObjective(
  builder: Builder,
  config: OvisConfig,
  pictures: { readonly count: number; readonly grid: VisionGrid },
): Objective {
  const features = encodePatches(builder, config.vision, visionInputs(builder, config, pictures));
  const places = pictures.count * embeddingsOf(pictures.grid, config);
  return thingsFrom({ builder, part: 'vision', prefix: 'things.' }, features, places);
}

/**
 * What heads can tell from what is known of every place. The heads, at `m`, are no part of the model and are left behind.
 *
 * Inputs: things and colors i64[places].
 *
 * @param features [places, channels]
 */
export function thingsFrom(m: Module, features: Value, places: number): Objective {
  const { builder } = m;
  const normed = layerNorm(m, features, 'norm', NORM_EPSILON);
  const things = builder.input('things', 'i64', [places]);
  const colors = builder.input('colors', 'i64', [places]);
  const nothing = builder.scope.constant('i64', [], BigInt64Array.of(BigInt(THING_COUNT - 1)));
  const isNothing = t.equal(things, nothing);
  const one = t.full(builder.scope, 'f32', 1);
  const thingLogits = linear(m, normed, 'object', THING_COUNT);
  const thingLoss = crossEntropy(thingLogits, things, t.where(isNothing, NOTHING_WEIGHT, one));
  const colorWeights = t.where(isNothing, t.full(builder.scope, 'f32', 1e-3), one);
  const colorLoss = crossEntropy(linear(m, normed, 'color', COLOR_COUNT), colors, colorWeights);
  return {
    loss: t.add(thingLoss, t.mul(colorLoss, COLOR_WEIGHT)),
    metrics: { things: thingLoss, colors: colorLoss, recognised: recognised(thingLogits, things, isNothing) },
  };
}

/** Part of the places with something in them whose likeliest class is the right one. */
function recognised(logits: Value, things: Value, isNothing: Value): Value {
  const one = t.full(logits.scope, 'f32', 1);
  const counts = t.where(isNothing, t.full(logits.scope, 'f32', 0), one);
  const right = t.where(t.equal(t.argMax(logits, -1), things), counts, 0);
  return t.div(t.reduceSum(right, 0, false), t.max(t.reduceSum(counts, 0, false), 1));
}
