import { type DecoderConfig, type LlmConfig, type VisionConfig } from '../config.ts';
import { type GridPositions } from './vision-layout.ts';

/**
 * Cosines and sines of rotary angles, [tokens, headSize / 2] each, row-major. Which channels of a head form the pair
 * that angle j turns differs: j and j + headSize / 2 in the vision encoder and the language model ("by halves"), 2j
 * and 2j + 1 in the decoder ("interleaved").
 */
export interface RopeTable {
  readonly shape: readonly [tokens: number, pairs: number];
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * Vision encoder: the first quarter of a head's channels turns with the row, the next with the column.
 *
 * @param positions - row and column of every token, in the order of the tokens
 */
export function visionRope(
  { rows, columns }: GridPositions,
  { headSize, ropeTheta }: Pick<VisionConfig, 'headSize' | 'ropeTheta'>,
): RopeTable {
  const perAxis = headSize / 4;
  const frequencies = inverseFrequencies(headSize / 2, ropeTheta).map(Math.fround);
  return table(rows.length, headSize / 2, (token, pair) => {
    const position = pair < perAxis ? rows[token]! : columns[token]!;
    return Math.fround(position * frequencies[pair % perAxis]!);
  });
}

/** Language model: `tokens` positions from `from` on. Angles are rounded to f32 as the reference computes them. */
export function llmRope(
  tokens: number,
  { headSize, ropeTheta }: Pick<LlmConfig, 'headSize' | 'ropeTheta'>,
  { from = 0 }: { readonly from?: number } = {},
): RopeTable {
  const frequencies = inverseFrequencies(headSize, ropeTheta).map(Math.fround);
  return table(tokens, headSize / 2, (token, pair) => Math.fround((from + token) * frequencies[pair]!));
}

/**
 * Decoder: the axes (time, row, column) side by side, each with its own channels.
 *
 * @param positions - [tokens, 3], in the order of the joint sequence (see `decoderPositions`)
 */
export function decoderRope(
  positions: Float32Array,
  { ropeAxes, ropeTheta }: Pick<DecoderConfig, 'ropeAxes' | 'ropeTheta'>,
): RopeTable {
  const pairs = ropeAxes.flatMap((channels, axis) =>
    inverseFrequencies(channels, ropeTheta).map((frequency) => ({ axis, frequency })),
  );
  return table(positions.length / 3, pairs.length, (token, pair) => {
    const { axis, frequency } = pairs[pair]!;
    return positions[token * 3 + axis]! * frequency;
  });
}

/** θ^(−2i / channels) for i below channels / 2, in radians per position. */
function inverseFrequencies(channels: number, theta: number): number[] {
  return Array.from({ length: channels / 2 }, (_, i) => theta ** ((-2 * i) / channels));
}

function table(tokens: number, pairs: number, angle: (token: number, pair: number) => number): RopeTable {
  const cos = new Float32Array(tokens * pairs);
  const sin = new Float32Array(tokens * pairs);
  for (let token = 0, at = 0; token < tokens; token++) {
    for (let pair = 0; pair < pairs; pair++, at++) {
      const radians = angle(token, pair);
      cos[at] = Math.cos(radians);
      sin[at] = Math.sin(radians);
    }
  }
  return { shape: [tokens, pairs], cos, sin };
}
