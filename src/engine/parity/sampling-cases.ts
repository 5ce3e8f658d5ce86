/** @file Cases that run many parts together: the sampling loops, and whole tasks from pixels and words to the result. */
import { editSize, fromVaePixels, toVaePixels } from '#model/ovis/processing/context-image';
import { blankPicture, type RgbRaster } from '#model/ovis/processing/rgb';
import {
  conditionInput,
  conditionSize,
  understandingInput,
  understandingSize,
} from '#model/ovis/processing/vision-input';
import type { VisionInput } from '#model/ovis/processing/vision-input';
import { imagePositions, packLatents, tokenTime, type LatentSize } from '#model/ovis/sampling/latent-tokens';
import { timesteps } from '#model/ovis/sampling/timesteps';
import { editPrompt, generatePrompt, unconditionalPrompt, type PromptTexts } from '#model/ovis/text/prompts';
import { promptIds, visualIds } from '#model/ovis/text/token-ids';
import { resize } from '#raster/resize';

import { encodePrompt, refineCondition, tokenSequence, type RefinedCondition } from '../ovis/condition.ts';
import { contextTokens, vaeLatents, type ContextTokens } from '../ovis/decoder.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import { sampleEdit, sampleGeneration, type SampleHooks } from '../ovis/sample.ts';
import { decodePixels, encodeLatents } from '../ovis/vae.ts';
import { embedPictures } from '../ovis/vision.ts';
import type { GoldenCase } from './golden-case.ts';
import { answerGreedily, f32, floats, picturePlaces, type Elements, type RunCase } from './model-cases.ts';
import { gridIds, rgbInput } from './picture-cases.ts';

/** What the reference's tokenizer gives for a picture before it is expanded. */
const RAW_PICTURE_ID = -200;

export const generationLoopCase: RunCase = async (golden, model) => {
  const conditional = await refineCondition(model, f32(golden, 'in.cond'));
  const unconditional = await refineCondition(model, f32(golden, 'in.no_both_cond'));
  return generationOutputs(golden, model, { conditional, unconditional });
};

export const editLoopCase: RunCase = async (golden, model) => {
  const [full, none, image] = await Promise.all(
    ['in.cond', 'in.no_both_cond', 'in.no_txt_cond'].map((name) => refineCondition(model, f32(golden, name))),
  );
  const source = rgbInput(golden, 'in.source_u8');
  const context = await encodeSource(golden, model, source);
  return {
    ...(await editOutputs(golden, model, { none: none!, image: image!, full: full! }, context)),
    source_latents_packed: context.tokens,
    source_ids: imagePositions(context.size, tokenTime.context),
  };
};

export const generationCase: RunCase = async (golden, model) => {
  const size = pictureSize(golden);
  const blank = conditionInput(blankPicture(size.width, size.height), model.config.processor);
  const unconditional = await conditionOutputs(model, unconditionalPrompt(), blank);
  const conditional = await conditionOutputs(model, generatePrompt(golden.text('prompt')), blank);
  return {
    ...prefixed('no_both', unconditional.outputs),
    ...prefixed('cond', conditional.outputs),
    ...(await generationOutputs(golden, model, {
      conditional: conditional.refined,
      unconditional: unconditional.refined,
    })),
  };
};

export const editCase: RunCase = async (golden, model) => {
  const { processor } = model.config;
  const original = rgbInput(golden, 'in.image_u8');
  const source: RgbRaster = resize(original, editSize(original));
  const blank = blankPicture(source.width, source.height);
  const blankInput = conditionInput(blank, processor);
  const sourceInput = conditionInput(source, processor);
  const none = await conditionOutputs(model, unconditionalPrompt(), blankInput);
  const image = await conditionOutputs(model, unconditionalPrompt(), sourceInput);
  const full = await conditionOutputs(model, editPrompt(golden.text('prompt')), sourceInput);
  const context = await encodeSource(golden, model, source);
  const conditions = { none: none.refined, image: image.refined, full: full.refined };
  const [blankSmall, blankSeen] = conditionSteps(model, blank);
  const [sourceSmall, sourceSeen] = conditionSteps(model, source);
  return {
    ...prefixed('no_both', none.outputs),
    ...prefixed('no_txt', image.outputs),
    ...prefixed('cond', full.outputs),
    // In the order in which the reference resizes: for each of its three prompts, the source for the VAE after the first.
    resize_step_0_u8: blankSmall,
    resize_step_1_u8: blankSeen,
    resize_step_2_u8: source.data,
    resize_step_3_u8: sourceSmall,
    resize_step_4_u8: sourceSeen,
    resize_step_5_u8: sourceSmall,
    resize_step_6_u8: sourceSeen,
    vae_pixel_values: toVaePixels(source),
    ...(await editOutputs(golden, model, conditions, context)),
  };
};

export const understandingCase: RunCase = async (golden, model) => {
  const names = golden.has('in.image_u8')
    ? ['in.image_u8']
    : ['in.image_u8_0', 'in.image_u8_1'].filter((n) => golden.has(n));
  const pictures = names.map((name) => understandingInput(rgbInput(golden, name), model.config.processor));
  const visual = await embedPictures(model, pictures);
  const ids = promptIds(golden.text('prompt_string').split('<image>') as unknown as PromptTexts, model.tokenizer);
  const answer = await answerGreedily(model, ids, visual, {
    maxTokens: golden.number('max_new_tokens'),
    endId: golden.number('eos_token_id'),
  });
  return {
    ...answer,
    ...idOutputs(ids),
    pixel_values: joined(pictures.map(({ patches }) => patches)),
    grid_thw: gridIds(pictures.map(({ grid }) => grid)),
    last_logits: answer.step_logits.slice(0, model.config.llm.vocabularySize),
  };
};

/** A prompt encoded as the pipelines do it, with everything on the way. */
async function conditionOutputs(
  model: OvisModel,
  texts: PromptTexts,
  picture: VisionInput,
): Promise<{ refined: RefinedCondition; outputs: Record<string, Elements> }> {
  const visual = await embedPictures(model, [picture]);
  const sequence = tokenSequence(model, texts, visual);
  const { merged, condition } = await encodePrompt(model, sequence, visual);
  const outputs = {
    ...idOutputs(promptIds(texts, model.tokenizer)),
    pixel_values: picture.patches,
    grid_thw: gridIds([picture.grid]),
    merged_embeds: floats(merged),
    image_positions: picturePlaces(sequence.ids),
    cond: floats(condition),
  };
  return { refined: await refineCondition(model, condition), outputs };
}

async function generationOutputs(
  golden: GoldenCase,
  model: OvisModel,
  conditions: { conditional: RefinedCondition; unconditional: RefinedCondition },
): Promise<Record<string, Elements>> {
  const settings = settingsOf(golden, model);
  const { steps, hooks } = recordSteps(settings.noise);
  const tokens = await sampleGeneration(model, conditions, settings, hooks);
  return pictureOutputs(golden, model, tokens, steps);
}

async function editOutputs(
  golden: GoldenCase,
  model: OvisModel,
  conditions: { none: RefinedCondition; image: RefinedCondition; full: RefinedCondition },
  context: ContextTokens,
): Promise<Record<string, Elements>> {
  const settings = { ...settingsOf(golden, model), imageGuidance: golden.number('img_cfg') };
  const { steps, hooks } = recordSteps(settings.noise);
  const tokens = await sampleEdit(model, conditions, context, settings, hooks);
  return pictureOutputs(golden, model, tokens, steps);
}

async function pictureOutputs(
  golden: GoldenCase,
  model: OvisModel,
  tokens: Float32Array,
  steps: readonly Float32Array[],
): Promise<Record<string, Elements>> {
  const { size } = settingsOf(golden, model);
  const latents = vaeLatents(model, tokens, size);
  const pixels = await decodePixels(model, latents, { width: size.columns, height: size.rows });
  const imageTokens = (size.rows / 2) * (size.columns / 2);
  return {
    timesteps: timesteps(golden.number('num_steps'), imageTokens, model.config.decoder.schedule),
    step_latents: joined(steps),
    final_latents_packed: tokens,
    vae_input: latents,
    image_float: pixels,
    image_u8: fromVaePixels(pixels, pictureSize(golden)).data,
  };
}

async function encodeSource(golden: GoldenCase, model: OvisModel, source: RgbRaster): Promise<ContextTokens> {
  const latents = await encodeLatents(model, toVaePixels(source), source);
  return contextTokens(model, latents, cellsOf(golden, model));
}

function settingsOf(golden: GoldenCase, model: OvisModel) {
  const size = cellsOf(golden, model);
  return {
    size,
    steps: golden.number('num_steps'),
    solver: 'euler' as const,
    textGuidance: golden.number('txt_cfg'),
    noise: packLatents(golden.f32('in.noise'), size),
  };
}

function recordSteps(noise: Float32Array): { steps: Float32Array[]; hooks: SampleHooks } {
  const steps = [noise];
  return { steps, hooks: { onStep: ({ latents }) => steps.push(latents) } };
}

/** The two pictures a condition picture becomes on its way to the encoder. */
function conditionSteps(model: OvisModel, picture: RgbRaster): [Uint8Array, Uint8Array] {
  const { processor } = model.config;
  const small = resize(picture, conditionSize(picture, processor));
  return [small.data, resize(small, understandingSize(small, processor)).data];
}

function pictureSize(golden: GoldenCase) {
  return { width: golden.number('width'), height: golden.number('height') };
}

function cellsOf(golden: GoldenCase, model: OvisModel): LatentSize {
  const { factor } = model.config.vae;
  return { rows: golden.number('height') / factor, columns: golden.number('width') / factor };
}

/** Ids as we keep them, and as the reference's tokenizer gives them with one marker per picture. */
function idOutputs(ids: readonly number[]): Record<string, Int32Array> {
  const { pictureStart, pictureEnd, picture } = visualIds;
  const raw = ids.filter((id) => id !== pictureStart && id !== pictureEnd);
  return {
    input_ids: Int32Array.from(ids),
    raw_input_ids: Int32Array.from(raw, (id) => (id === picture ? RAW_PICTURE_ID : id)),
  };
}

function prefixed(prefix: string, outputs: Record<string, Elements>): Record<string, Elements> {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
