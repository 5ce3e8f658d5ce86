import type { OvisConfig } from '#model/ovis/config';
import { llmRope } from '#model/ovis/processing/rope';
import { visualIds, type TokenSequence } from '#model/ovis/text/token-ids';

import { tensor, type Tensor } from '../ort/tensor.ts';
import type { VisualEmbeddings } from './vision.ts';

/** Very negative, yet finite: what is added to the score of a position that must not be seen. */
const MASKED = -1e30;

/** Inputs of the language graphs for a sequence of words and pictures that starts at position 0. */
export function sequenceInputs(
  { llm }: OvisConfig,
  { ids, visualSkip }: TokenSequence,
  visual: VisualEmbeddings | null,
): Record<string, Tensor> {
  const { hiddenSize } = llm;
  const places = Array.from(ids.keys()).filter((at) => ids[at]! < 0);
  const rows = new Float32Array(places.length * hiddenSize);
  let next = visualSkip;
  places.forEach((place, row) => {
    const id = ids[place]!;
    const source =
      id === visualIds.picture
        ? visual!.embeddings.subarray(next * hiddenSize, ++next * hiddenSize)
        : indicatorRow(visual!.indicators, id, hiddenSize);
    rows.set(source, row * hiddenSize);
  });
  return {
    // Placeholders look up row 0, which is overwritten.
    ids: tensor(
      'i64',
      [ids.length],
      BigInt64Array.from(ids, (id) => BigInt(Math.max(id, 0))),
    ),
    visual: tensor('f32', [places.length, hiddenSize], rows),
    places: tensor('i64', [places.length], BigInt64Array.from(places, BigInt)),
    ...positionInputs(llm, 0, ids.length),
    causalBias: causalBias(ids.length),
  };
}

/** Inputs for one more token at `position`. */
export function nextTokenInputs({ llm }: OvisConfig, id: number, position: number): Record<string, Tensor> {
  return {
    ids: tensor('i64', [1], BigInt64Array.of(BigInt(id))),
    visual: tensor('f32', [0, llm.hiddenSize], new Float32Array()),
    places: tensor('i64', [0], new BigInt64Array()),
    ...positionInputs(llm, position, 1),
    causalBias: tensor('f32', [1, 1], new Float32Array(1)),
  };
}

function indicatorRow(indicators: Float32Array, id: number, hiddenSize: number): Float32Array {
  const row = visualIds.pictureStart - id;
  return indicators.subarray(row * hiddenSize, (row + 1) * hiddenSize);
}

function positionInputs(llm: OvisConfig['llm'], from: number, count: number): Record<string, Tensor> {
  const rope = llmRope(count, llm, { from });
  return { cos: tensor('f32', rope.shape, rope.cos), sin: tensor('f32', rope.shape, rope.sin) };
}

/** 0 up to the row's own column, very negative after it: [tokens, tokens]. */
function causalBias(tokens: number): Tensor {
  const bias = new Float32Array(tokens * tokens);
  for (let row = 0; row < tokens; row++) bias.fill(MASKED, row * tokens + row + 1, (row + 1) * tokens);
  return tensor('f32', [tokens, tokens], bias);
}
