/** @file From words, or a picture and words, to a picture: the two abilities that every pipeline is made of. */
import { fromVaePixels, toVaePixels } from '#model/ovis/processing/context-image';
import type { RgbRaster } from '#model/ovis/processing/rgb';
import { previewLatents, type LatentPreview } from '#model/ovis/sampling/latent-preview';
import { packLatents, unpackLatents, type LatentSize } from '#model/ovis/sampling/latent-tokens';
import { gaussianNoise } from '#model/ovis/sampling/noise';
import type { SolverName } from '#model/ovis/sampling/solvers';
import { throwIfCancelled } from '#base/abort';

import type { RunOptions } from '../jobs/run-job.ts';
import { contextTokens, vaeLatents, type ContextTokens } from '../ovis/decoder.ts';
import type { OvisModel } from '../ovis/ovis-model.ts';
import { sampleEdit, sampleGeneration, type SampleHooks } from '../ovis/sample.ts';
import { decodePixels, encodeLatents } from '../ovis/vae.ts';
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
}

/** Makes a picture from words. @param size sides are multiples of 16 */
export async function renderGeneration(
  context: RenderContext,
  request: SamplingRequest,
  size: { readonly width: number; readonly height: number },
): Promise<RgbRaster> {
  const { model, signal, onEvent } = context;
  onEvent({ kind: 'phase', name: 'encode' });
  const conditions = await context.conditions.generation(model, request.prompt, size, signal);

  const hooks = await enterDenoising(context, latentSize(model, size));
  const settings = sampleSettings(model, request, size);
  const tokens = await sampleGeneration(model, conditions, settings, hooks);
  return decodePicture(context, tokens, size);
}

export interface EditRendering {
  readonly picture: RgbRaster;
  /** The source after a round trip through the VAE: what the picture would be if nothing had changed. */
  readonly reconstruction: RgbRaster;
}

/** Latent-space constraint of one edit; see `denoise`. */
export type Constrain = (
  latents: Float32Array,
  time: number,
  source: ContextTokens,
  noise: Float32Array,
) => Float32Array;

/**
 * Changes a picture by words.
 *
 * @param source sides are multiples of 16; the result has its size
 * @param options.contextPicture what the model is shown beside the picture, when it is not the source itself
 */
export async function renderEdit(
  context: RenderContext,
  request: SamplingRequest & { readonly imageGuidance: number },
  source: RgbRaster,
  options: { readonly strength?: number; readonly constrain?: Constrain; readonly original?: RgbRaster } = {},
): Promise<EditRendering> {
  const { model, signal, onEvent } = context;
  onEvent({ kind: 'phase', name: 'encode' });
  const conditions = await context.conditions.edit(model, request.prompt, source, source, signal);
  await model.enterPhase('vaeEncoder');
  const latents = await encodeLatents(model, toVaePixels(source), source);
  throwIfCancelled(signal);
  const size = latentSize(model, source);
  const seen = contextTokens(model, latents, size);

  const settings = sampleSettings(model, request, source);
  const { constrain, strength } = options;
  const kept = options.original
    ? contextTokens(model, await encodeLatents(model, toVaePixels(options.original), source), size)
    : seen;
  const hooks = await enterDenoising(context, size);
  const tokens = await sampleEdit(
    model,
    conditions,
    seen,
    { ...settings, imageGuidance: request.imageGuidance, ...(strength !== undefined && { strength }) },
    { ...hooks, ...(constrain && { constrain: (x, time) => constrain(x, time, kept, settings.noise) }) },
  );
  const picture = await decodePicture(context, tokens, source);
  throwIfCancelled(signal);
  const reconstruction = fromVaePixels(
    await decodePixels(model, latents, { width: size.columns, height: size.rows }),
    source,
  );
  return { picture, reconstruction };
}

export function latentSize(model: OvisModel, size: { readonly width: number; readonly height: number }): LatentSize {
  const { factor } = model.config.vae;
  return { rows: size.height / factor, columns: size.width / factor };
}

function sampleSettings(model: OvisModel, request: SamplingRequest, size: { width: number; height: number }) {
  const cells = latentSize(model, size);
  const noise = gaussianNoise(request.seed, model.config.vae.latentChannels * cells.rows * cells.columns);
  const { steps, solver, textGuidance } = request;
  return { size: cells, steps, solver, textGuidance, noise: packLatents(noise, cells) };
}

/** Loads what denoising needs, and makes the hooks that report it. */
async function enterDenoising({ model, signal, onEvent }: RenderContext, size: LatentSize): Promise<SampleHooks> {
  const preview = await latentPreview(model);
  onEvent({ kind: 'phase', name: 'load' });
  await model.enterPhase('decoder');
  await model.session('decoder');
  onEvent({ kind: 'phase', name: 'denoise' });
  return {
    signal,
    onStep: ({ step, steps, clean }) =>
      onEvent({ kind: 'step', step, steps, preview: previewOf(preview, clean, size) }),
  };
}

function previewOf(preview: LatentPreview, tokens: Float32Array, size: LatentSize): RgbRaster {
  return previewLatents(preview, unpackLatents(tokens, size), { width: size.columns, height: size.rows });
}

async function decodePicture(
  { model, signal, onEvent }: RenderContext,
  tokens: Float32Array,
  size: { readonly width: number; readonly height: number },
): Promise<RgbRaster> {
  throwIfCancelled(signal);
  onEvent({ kind: 'phase', name: 'decode' });
  await model.enterPhase('vaeDecoder');
  const cells = latentSize(model, size);
  const latents = vaeLatents(model, tokens, cells);
  return fromVaePixels(await decodePixels(model, latents, { width: cells.columns, height: cells.rows }), size);
}
