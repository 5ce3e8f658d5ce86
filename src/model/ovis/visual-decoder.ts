/**
 * @file The visual decoder: a multimodal diffusion transformer that predicts the velocity of packed latents. Double blocks
 * keep text and image apart and let them attend to each other; single blocks treat them as one sequence.
 */
import type { Value } from '../ir/graph.ts';
import { attention, rotate, splitHeads, type Rotary } from '../nn/attention.ts';
import type { Builder } from '../nn/builder.ts';
import { geluTanh, layerNorm, linear, rmsNorm, silu, sub, type Module } from '../nn/layers.ts';
import { splitAt } from '../nn/split-at.ts';
import * as t from '../ops/tensor.ts';
import type { DecoderConfig } from './config.ts';

const PREFIX = 'visual_generator.backbone.';
const NORM_EPSILON = 1e-6;
/** Channels of the sinusoidal timestep embedding, its longest period, and the scale of t in it. */
const TIME_CHANNELS = 256;
const TIME_MAX_PERIOD = 10_000;
const TIME_SCALE = 1000;

export interface DecoderInputs {
  /** Packed latents, the noisy ones first and then those of context images: [batch, image tokens, tokenChannels]. */
  readonly tokens: Value;
  /** The refined condition: [batch, text tokens, hidden] and [batch, hidden]. */
  readonly text: Value;
  readonly pooled: Value;
  /** Noise level in [0, 1], f32[batch]. */
  readonly timestep: Value;
  /** Tables for text and then image tokens. */
  readonly rotary: Rotary;
  /** Added to scores of the joint attention, [batch, 1, 1, text + image tokens]; null when no text is padded. */
  readonly keyBias?: Value | null;
}

interface Modulation {
  readonly shift: Value;
  readonly scale: Value;
  readonly gate: Value;
}

/** @returns velocities for all image tokens, [batch, image tokens, tokenChannels]; those of context images mean nothing */
export function predictVelocity(builder: Builder, config: DecoderConfig, inputs: DecoderInputs): Value {
  return decodeTokens(builder, config, inputs).velocity;
}

export interface DecodedTokens {
  /** See `predictVelocity`. */
  readonly velocity: Value;
  /** What the image tokens have become after half of the single blocks, [batch, image tokens, hidden]. */
  readonly halfway: Value;
}

export function decodeTokens(builder: Builder, config: DecoderConfig, inputs: DecoderInputs): DecodedTokens {
  const m: Module = { builder, part: 'decoder', prefix: PREFIX };
  const { hiddenSize } = config;
  const keyBias = inputs.keyBias ?? null;
  const [textRotary, imageRotary] = splitRotary(inputs.rotary, inputs.text);

  const time = linear(
    m,
    silu(m, linear(m, timestepEmbedding(inputs.timestep), 'time_in.in_layer', hiddenSize)),
    'time_in.out_layer',
    hiddenSize,
  );
  const pooled = linear(
    m,
    silu(m, linear(m, inputs.pooled, 'vector_in.in_layer', hiddenSize)),
    'vector_in.out_layer',
    hiddenSize,
  );
  const vector = silu(m, t.add(time, pooled));

  let image = linear(m, inputs.tokens, 'img_in', hiddenSize);
  let text = inputs.text;
  for (let i = 0; i < config.doubleBlockCount; i++) {
    const block = sub(m, `double_blocks.${i}.`);
    ({ text, image } = doubleBlock(block, config, { text, image }, vector, { textRotary, imageRotary }, keyBias));
  }
  let joint = t.concat([text, image], 1);
  let halfway = joint;
  for (let i = 0; i < config.singleBlockCount; i++) {
    if (i === Math.floor(config.singleBlockCount / 2)) halfway = joint;
    joint = singleBlock(sub(m, `single_blocks.${i}.`), config, joint, vector, inputs.rotary, keyBias);
  }
  [, image] = splitAt(joint, 1, inputs.text, 1);
  const [shift, scale] = modulationVectors(m, vector, 'final_layer.adaLN_modulation.1', 2, hiddenSize) as [
    Value,
    Value,
  ];
  return {
    velocity: linear(m, modulate(m, image, { shift, scale }), 'final_layer.linear', config.tokenChannels),
    halfway: splitAt(halfway, 1, inputs.text, 1)[1],
  };
}

/** cos then sin of 1000·t at geometrically spaced frequencies. @param timestep [batch] */
function timestepEmbedding(timestep: Value): Value {
  const half = TIME_CHANNELS / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(TIME_MAX_PERIOD) * i) / half));
  const table = timestep.scope.constant('f32', [1, half], frequencies);
  const angles = t.mul(t.mul(t.reshape(timestep, [timestep.shape[0]!, 1]), TIME_SCALE), table);
  return t.concat([t.cos(angles), t.sin(angles)], -1);
}

interface Streams {
  readonly text: Value;
  readonly image: Value;
}

/** Joint attention of text and image, and one of the image with itself, from the same norm; then an MLP for each. */
function doubleBlock(
  m: Module,
  config: DecoderConfig,
  streams: Streams,
  vector: Value,
  { textRotary, imageRotary }: { textRotary: Rotary; imageRotary: Rotary },
  keyBias: Value | null,
): { text: Value; image: Value } {
  const { hiddenSize } = config;
  const { text, image } = streams;
  const [imageJoint, imageMlp, imageSelf] = modulations(m, vector, 'img_mod.lin', 3, hiddenSize) as [
    Modulation,
    Modulation,
    Modulation,
  ];
  const [textJoint, textMlp] = modulations(m, vector, 'txt_mod.lin', 2, hiddenSize) as [Modulation, Modulation];

  const imageQkv = queryKeyValue(sub(m, 'img_attn.'), config, modulate(m, image, imageJoint), imageRotary);
  const textQkv = queryKeyValue(sub(m, 'txt_attn.'), config, modulate(m, text, textJoint), textRotary);
  const [q, k, v] = [0, 1, 2].map((i) => t.concat([textQkv[i]!, imageQkv[i]!], 1)) as [Value, Value, Value];
  const mixed = attention(m.builder, q, k, v, keyBias);
  const [mixedText, mixedImage] = splitAt(mixed, 1, text, 1);

  const selfQkv = queryKeyValue(sub(m, 'img_self_attn.'), config, modulate(m, image, imageSelf), imageRotary);
  const selfMixed = attention(m.builder, ...selfQkv, null);

  const project = (name: string, x: Value, { gate }: Modulation) =>
    t.mul(linear(m, x, `${name}.proj`, hiddenSize), gate);
  const attendedImage = t.add(
    t.add(image, project('img_attn', mixedImage, imageJoint)),
    project('img_self_attn', selfMixed, imageSelf),
  );
  const attendedText = t.add(text, project('txt_attn', mixedText, textJoint));
  return {
    image: mlp(sub(m, 'img_mlp.'), config, attendedImage, imageMlp),
    text: mlp(sub(m, 'txt_mlp.'), config, attendedText, textMlp),
  };
}

/** Attention and MLP side by side, between one projection in and one out. */
function singleBlock(
  m: Module,
  config: DecoderConfig,
  x: Value,
  vector: Value,
  rotary: Rotary,
  keyBias: Value | null,
): Value {
  const { hiddenSize, mlpSize } = config;
  const [modulation] = modulations(m, vector, 'modulation.lin', 1, hiddenSize) as [Modulation];
  const projected = linear(m, modulate(m, x, modulation), 'linear1', 3 * hiddenSize + mlpSize);
  const [qkv, wide] = t.split(projected, -1, [3 * hiddenSize, mlpSize]) as [Value, Value];
  const mixed = attention(m.builder, ...normalisedHeads(m, config, qkv, rotary), keyBias);
  const joined = linear(m, t.concat([mixed, geluTanh(m, wide)], -1), 'linear2', hiddenSize);
  return t.add(x, t.mul(joined, modulation.gate));
}

function mlp(m: Module, config: DecoderConfig, x: Value, modulation: Modulation): Value {
  const wide = geluTanh(m, linear(m, modulate(m, x, modulation), '0', config.mlpSize));
  return t.add(x, t.mul(linear(m, wide, '2', config.hiddenSize), modulation.gate));
}

function queryKeyValue(m: Module, config: DecoderConfig, x: Value, rotary: Rotary): [Value, Value, Value] {
  const qkv = linear(m, x, 'qkv', 3 * config.hiddenSize, { bias: config.qkvBias });
  return normalisedHeads(m, config, qkv, rotary);
}

/** Queries and keys normalised per head and turned by position, and values; each [batch, tokens, heads, size]. */
function normalisedHeads(m: Module, config: DecoderConfig, qkv: Value, rotary: Rotary): [Value, Value, Value] {
  const [q, k, v] = t.chunk(qkv, 3, -1).map((part) => splitHeads(part, config.headCount)) as [Value, Value, Value];
  const normalised = (x: Value, name: string) => rotate(m.builder, rmsNorm(m, x, name, NORM_EPSILON), rotary);
  return [normalised(q, 'norm.query_norm.scale'), normalised(k, 'norm.key_norm.scale'), v];
}

/** (1 + scale)·norm(x) + shift */
function modulate(m: Module, x: Value, { shift, scale }: Pick<Modulation, 'shift' | 'scale'>): Value {
  return t.add(t.mul(layerNorm(m, x, null, NORM_EPSILON), t.add(scale, 1)), shift);
}

/** `count` triples of shift, scale and gate, each [batch, 1, hidden]. @param vector already through SiLU */
function modulations(m: Module, vector: Value, name: string, count: number, hiddenSize: number): Modulation[] {
  const vectors = modulationVectors(m, vector, name, 3 * count, hiddenSize);
  return Array.from({ length: count }, (_, i) => {
    const [shift, scale, gate] = vectors.slice(3 * i, 3 * i + 3) as [Value, Value, Value];
    return { shift, scale, gate };
  });
}

function modulationVectors(m: Module, vector: Value, name: string, count: number, hiddenSize: number): Value[] {
  const all = linear(m, vector, name, count * hiddenSize);
  return t.chunk(all, count, -1).map((part) => t.reshape(part, [part.shape[0]!, 1, hiddenSize]));
}

/** The rows of the tables that belong to the text, and those of the image tokens after it. */
function splitRotary(rotary: Rotary, text: Value): [Rotary, Rotary] {
  const [textCos, imageCos] = splitAt(rotary.cos, 0, text, 1);
  const [textSin, imageSin] = splitAt(rotary.sin, 0, text, 1);
  return [
    { ...rotary, cos: textCos, sin: textSin },
    { ...rotary, cos: imageCos, sin: imageSin },
  ];
}
