/** @file From words, or a picture and words, to a picture: the two abilities that every pipeline is made of. */
import { coverResize, fromVaePixels, toVaePixels } from '#model/ovis/processing/context-image';
import type { RgbRaster } from '#model/ovis/processing/rgb';
import type { PictureSize } from '#model/ovis/processing/smart-resize';
import { previewLatents } from '#model/ovis/sampling/latent-preview';
import { packLatents, unpackLatents, type LatentSize } from '#model/ovis/sampling/latent-tokens';
import { gaussianNoise } from '#model/ovis/sampling/noise';
import type { SolverName } from '#model/ovis/sampling/solvers';
import { throwIfCancelled } from '#base/abort';
import type { Raster } from '#raster/raster';

import type { RunOptions } from '../jobs/run-job.ts';
import { contextTokens, vaeLatents } from '../ovis/decoder.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import {
  sampleEdit,
  sampleGeneration,
  samplingTimes,
  type LateStart,
  type SampleHooks,
  type SampleSettings,
} from '../ovis/sample.ts';
import { decodePixels, encodeLatents } from '../ovis/vae.ts';
import { firstFreeStep, noisedOriginal, restoreKept, type KeptLatents } from './compositing/latent-merge.ts';
import type { ConditionEncoder } from './conditions.ts';
import { latentPreview } from './latent-preview.ts';

/** What of a request steers the sampling. */
export interface SamplingRequest {
  readonly prompt: string;
  readonly seed: number;
  readonly steps: number;
  readonly solver: SolverName;
  readonly textGuidance: number;
}

export interface RenderContext extends RunOptions {
  readonly model: OvisModel;
  readonly conditions: ConditionEncoder;
  readonly cacheFolder?: string | undefined;
}

/** Makes a picture from words. @param size sides are multiples of 16 */
export async function renderGeneration(
  context: RenderContext,
  request: SamplingRequest,
  size: PictureSize,
): Promise<RgbRaster> {
  const { model, signal, onEvent } = context;
  onEvent({ kind: 'phase', name: 'encode' });
  const conditions = await context.conditions.generation(model, request.prompt, size, signal);

  const hooks = await enterDenoising(context, latentSize(model, size));
  const settings = sampleSettings(model, request, size);
  const tokens = await sampleGeneration(model, conditions, settings, hooks);
  return decodePicture(context, tokens, size);
}

/** Makes a picture from words and pictures to go by. The first one is the decoder's, as the model was trained. */
export async function renderFromReferences(
  context: RenderContext,
  request: EditInstruction,
  size: PictureSize,
  [first, ...others]: readonly [Raster, ...Raster[]],
): Promise<RgbRaster> {
  const { picture } = await renderEdit(context, request, coverResize(first, size), { references: others });
  return picture;
}

export interface EditInstruction extends SamplingRequest {
  readonly imageGuidance: number;
}

/** What of a picture an edit must leave as it is. */
export interface KeptRegion {
  /** RGB of the source's size; what is kept of it. */
  readonly original: RgbRaster;
  /** One number a latent cell: how freely it may change; see `restoreKept`. */
  readonly mask: Float32Array;
}

export interface EditRendering {
  readonly picture: RgbRaster;
  /** The source after a round trip through the VAE: what the picture would be if nothing had changed. */
  readonly reconstruct: () => Promise<RgbRaster>;
}

/** What else there may be to an edit. */
export interface EditExtras {
  /** Pictures to go by. The decoder knows one picture beside its own: these reach it through the language model. */
  readonly references?: readonly Raster[];
  readonly region?: KeptRegion;
}

/**
 * Changes a picture by words.
 *
 * @param source what the model is shown; sides are multiples of 16, and the result has its size
 */
export async function renderEdit(
  context: RenderContext,
  request: EditInstruction,
  source: RgbRaster,
  { references = [], region }: EditExtras = {},
): Promise<EditRendering> {
  const { model, signal, onEvent } = context;
  onEvent({ kind: 'phase', name: 'encode' });
  const conditions = await context.conditions.edit(model, request.prompt, [source, ...references], source, signal);
  await model.enterPhase('vaeEncoder');
  const latents = await encodeLatents(model, toVaePixels(source), source);
  throwIfCancelled(signal);
  const size = latentSize(model, source);
  const settings = { ...sampleSettings(model, request, source), imageGuidance: request.imageGuidance };
  const kept = region ? await keptLatents(model, region, settings) : null;
  throwIfCancelled(signal);

  const hooks = await enterDenoising(context, size, region?.mask);
  const tokens = await sampleEdit(
    model,
    conditions,
    contextTokens(model, latents, size),
    settings,
    { ...hooks, ...(kept && { constrain: (x, time) => constrained(x, kept, size, time) }) },
    kept ? lateStart(model, kept, settings) : undefined,
  );
  const picture = await decodePicture(context, tokens, source);
  const reconstruct = () => decodeOnly(model, latents, source, signal);
  return { picture, reconstruct };
}

async function keptLatents(
  model: OvisModel,
  { original, mask }: KeptRegion,
  { noise, size }: { noise: Float32Array; size: LatentSize },
): Promise<KeptLatents> {
  const { scalingFactor } = model.config.vae;
  const latents = await encodeLatents(model, toVaePixels(original), original);
  return { original: latents.map((value) => value * scalingFactor), noise: unpackLatents(noise, size), mask };
}

/** Packed latents with the kept cells put back. */
function constrained(tokens: Float32Array, kept: KeptLatents, size: LatentSize, time: number): Float32Array {
  const latents = unpackLatents(tokens, size);
  restoreKept(latents, kept, time);
  return packLatents(latents, size);
}

/** Where no cell is free before some step, the run begins there. */
function lateStart(model: OvisModel, kept: KeptLatents, settings: SampleSettings): LateStart {
  const times = samplingTimes(model, settings);
  // The last step always runs, so that there is a result even of a mask that frees nothing.
  const step = Math.min(firstFreeStep(times, kept.mask), settings.steps - 1);
  return { step, latents: packLatents(noisedOriginal(kept, times[step]!), settings.size) };
}

function latentSize(model: OvisModel, size: PictureSize): LatentSize {
  const { factor } = model.config.vae;
  return { rows: size.height / factor, columns: size.width / factor };
}

function sampleSettings(model: OvisModel, request: SamplingRequest, size: PictureSize) {
  const cells = latentSize(model, size);
  const noise = gaussianNoise(request.seed, model.config.vae.latentChannels * cells.rows * cells.columns);
  const { steps, solver, textGuidance } = request;
  return { size: cells, steps, solver, textGuidance, noise: packLatents(noise, cells) };
}

/**
 * Loads what denoising needs, and makes the hooks that report it.
 *
 * @param mask one number a latent cell: how freely it may change; previews are seen only as far as that
 */
async function enterDenoising(
  { model, cacheFolder, signal, onEvent }: RenderContext,
  size: LatentSize,
  mask?: Float32Array,
): Promise<SampleHooks> {
  const preview = await latentPreview(model, cacheFolder);
  onEvent({ kind: 'phase', name: 'load' });
  await model.enterPhase('decoder');
  await model.session('decoder');
  onEvent({ kind: 'phase', name: 'denoise' });
  const previewOf = (tokens: Float32Array): Raster => {
    const picture = previewLatents(preview, unpackLatents(tokens, size), { width: size.columns, height: size.rows });
    return mask ? withAlpha(picture, mask) : picture;
  };
  return {
    signal,
    onStep: ({ step, steps, clean }) => onEvent({ kind: 'step', step, steps, preview: previewOf(clean) }),
  };
}

/** What may change most is opaque, whatever the strength. */
function withAlpha({ width, height, data }: RgbRaster, mask: Float32Array): Raster {
  const most = mask.reduce((largest, value) => Math.max(largest, value), 0) || 1;
  const rgba = new Uint8Array(width * height * 4);
  for (const [cell, value] of mask.entries()) {
    rgba.set(data.subarray(cell * 3, cell * 3 + 3), cell * 4);
    rgba[cell * 4 + 3] = Math.round((255 * value) / most);
  }
  return { width, height, channels: 4, data: rgba };
}

async function decodePicture(
  { model, signal, onEvent }: RenderContext,
  tokens: Float32Array,
  size: PictureSize,
): Promise<RgbRaster> {
  throwIfCancelled(signal);
  onEvent({ kind: 'phase', name: 'decode' });
  return decodeOnly(model, vaeLatents(model, tokens, latentSize(model, size)), size, signal);
}

/** @param latents not scaled */
async function decodeOnly(
  model: OvisModel,
  latents: Float32Array,
  size: PictureSize,
  signal: AbortSignal,
): Promise<RgbRaster> {
  throwIfCancelled(signal);
  await model.enterPhase('vaeDecoder');
  const { rows, columns } = latentSize(model, size);
  return fromVaePixels(await decodePixels(model, latents, { width: columns, height: rows }), size);
}
