import { MASKED } from '#model/nn/attention';
import type { Builder } from '#model/nn/builder';
import type { OvisConfig } from '#model/ovis/config';
import { embedTokens, runLanguageModel, type LanguageModelStates } from '#model/ovis/language-model';
import { densePositionWeights, positionTaps } from '#model/ovis/processing/position-table';
import { llmRope, visionRope, type RopeTable } from '#model/ovis/processing/rope';
import { visionPositions, type VisionGrid } from '#model/ovis/processing/vision-layout';
import { frameOfPatches, windowOfPatches } from '#model/ovis/processing/vision-segments';
import type { VisionInputs } from '#model/ovis/vision-encoder';
import type { Rotary } from '#model/nn/attention';

import { embedSequences, visualRows } from '../../objectives/language.ts';

/** Sizes of a batch of sequences. */
export interface SequenceShape {
  readonly batch: number;
  readonly length: number;
  /** Pictures of one size, one a sequence or one for all; null for words alone. */
  readonly pictures: { readonly count: number; readonly grid: VisionGrid } | null;
}

/**
 * The language model over sequences. Padding stands at their ends, where nothing before it can see it.
 *
 * Inputs: ids i64[batch, length]; with pictures also places and sources, i64[batch · (embeddings + 2)], and patches
 * f32[count · patches, 3 · patch²].
 */
export function sequenceStates(builder: Builder, config: OvisConfig, shape: SequenceShape): LanguageModelStates {
  const { batch, length, pictures } = shape;
  const ids = builder.input('ids', 'i64', [batch, length]);
  return runLanguageModel(builder, config.llm, embeddings(), {
    rotary: rotary(builder, llmRope(length, config.llm), false),
    causalBias: builder.scope.constant('f32', [length, length], causalBias(length)),
  });

  function embeddings() {
    if (!pictures) return embedTokens(builder, config.llm, ids);
    const places = batch * (embeddingsOf(pictures.grid, config) + 2);
    return embedSequences(
      builder,
      config,
      { ids, places: builder.input('places', 'i64', [places]), sources: builder.input('sources', 'i64', [places]) },
      visualRows(builder, config, visionInputs(builder, config, pictures)),
    );
  }
}

/** How many embeddings a picture of this grid becomes. */
export function embeddingsOf({ frames, rows, columns }: VisionGrid, { vision }: OvisConfig): number {
  return (frames * rows * columns) / vision.mergeSize ** 2;
}

/** Packed pictures of one grid. Input: patches f32[count · patches, 3 · patch²]. */
export function visionInputs(
  builder: Builder,
  { vision }: OvisConfig,
  { count, grid }: { readonly count: number; readonly grid: VisionGrid },
): VisionInputs {
  const { scope } = builder;
  const grids = Array.from({ length: count }, () => grid);
  const frames = frameOfPatches(grids);
  const tokens = frames.length;
  const table = vision.tableSize ** 2;
  return {
    patches: builder.input('patches', 'f32', [tokens, vision.channels * vision.patchSize ** 2]),
    positionWeights: scope.constant(
      'f32',
      [tokens, table],
      densePositionWeights(positionTaps(grids, vision), vision.tableSize),
    ),
    rotary: rotary(builder, visionRope(visionPositions(grids, vision.mergeSize), vision), false),
    pictures: count > 1 ? scope.constant('i32', [tokens], frames) : null,
    windows: vision.fullAttentionBlocks ? scope.constant('i32', [tokens], windowOfPatches(grids, vision)) : null,
  };
}

/** A rotary table as part of the graph: the same for every batch. */
export function rotary(builder: Builder, { shape, cos, sin }: RopeTable, interleaved: boolean): Rotary {
  const table = (values: Float32Array) => builder.scope.constant('f32', shape, values);
  return { cos: table(cos), sin: table(sin), interleaved };
}

/** 0 up to the row's own column, very negative after it: [tokens, tokens]. */
function causalBias(tokens: number): Float32Array {
  const bias = new Float32Array(tokens * tokens);
  for (let row = 0; row < tokens; row++) bias.fill(MASKED, row * tokens + row + 1, (row + 1) * tokens);
  return bias;
}
