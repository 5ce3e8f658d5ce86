/** @file The pipelines that start from a picture: each plans what the model sees, renders, and brings the result back. */
import { toRgb } from '#model/ovis/processing/rgb';
import { regionInstruction, type RegionIntent } from '#model/ovis/text/instructions';
import { cannyEdges } from '#raster/canny';
import type { PixelBox } from '#raster/crop';
import { lineMap } from '#raster/line-map';
import type { Raster } from '#raster/raster';
import { assertNever } from '#base/assert';
import type { JobWarning } from '#shared/contract/job-events';
import type { ControlRequest, EditRequest, InpaintRequest, OutpaintRequest } from '#shared/contract/job-request';
import { modelLimits } from '#shared/contract/model-limits';

import type { JobResult } from '../jobs/run-job.ts';
import type { Composite, CompositeWarning } from './compositing/composite.ts';
import type { ContextFrame } from './compositing/context-frame.ts';
import { finishEdit, planEdit } from './compositing/edit.ts';
import { finishInpaint, planInpaint, type InpaintPlan } from './compositing/inpaint.ts';
import { latentMask } from './compositing/latent-merge.ts';
import { planOutpaint } from './compositing/outpaint.ts';
import { renderEdit, type EditInstruction, type RenderContext } from './render.ts';

/** Changes a whole picture by an instruction; keeps the bytes of whatever the instruction left alone. */
export async function editPicture(
  context: RenderContext,
  request: EditRequest,
  image: Raster,
  references: readonly Raster[],
): Promise<JobResult> {
  const plan = planEdit(image, modelLimits(context.model.package.config));
  tellRegion(context, plan.frame, { x: 0, y: 0, width: image.width, height: image.height });
  const { picture, reconstruct } = await renderEdit(context, request, toRgb(plan.source), { references });
  const reconstruction = await reconstruct();
  context.onEvent({ kind: 'phase', name: 'compose' });
  return resultOf(finishEdit(plan, { decoded: picture, reconstruction }, request));
}

/** Makes the masked region new. */
export async function inpaintPicture(
  context: RenderContext,
  request: InpaintRequest,
  pictures: { readonly image: Raster; readonly mask: Raster },
  references: readonly Raster[],
): Promise<JobResult> {
  const { intent, strength, contextScale } = request;
  const limits = modelLimits(context.model.package.config);
  const plan = planInpaint({ ...pictures, intent, strength, contextScale, limits });
  return renderRegion(context, request, { intent, plan, references });
}

/** Continues the picture beyond its borders. */
export async function outpaintPicture(
  context: RenderContext,
  request: OutpaintRequest,
  image: Raster,
  references: readonly Raster[],
): Promise<JobResult> {
  const plan = planOutpaint({ image, extend: request.extend, limits: modelLimits(context.model.package.config) });
  return renderRegion(context, request, { intent: 'expand', plan, references });
}

/** Makes a picture whose edges follow a map; the map is the model's source picture. */
export async function controlPicture(
  context: RenderContext,
  request: ControlRequest,
  image: Raster,
  references: readonly Raster[],
): Promise<JobResult> {
  // Lines are found at the size that the model sees: those of a large picture would fade when it is made small.
  const { source } = planEdit(image, modelLimits(context.model.package.config));
  const { picture } = await renderEdit(context, request, toRgb(controlMap(request.map, source)), { references });
  return { pictures: [picture], composition: null, text: '', warnings: [] };
}

/** White lines on black, as the model knows them. */
function controlMap(kind: ControlRequest['map'], image: Raster): Raster {
  switch (kind) {
    case 'canny':
      return cannyEdges(image);
    case 'lines':
      return lineMap(image);
    case 'given':
      return image;
    default:
      return assertNever(kind);
  }
}

interface RegionTask {
  readonly intent: RegionIntent;
  readonly plan: InpaintPlan;
  readonly references: readonly Raster[];
}

async function renderRegion(
  context: RenderContext,
  request: EditInstruction,
  { intent, plan, references }: RegionTask,
): Promise<JobResult> {
  tellRegion(context, plan.frame, plan.changed);
  const instruction = { ...request, prompt: regionInstruction(intent, request.prompt) };
  const { picture } = await renderEdit(context, instruction, toRgb(plan.prefilled), {
    references,
    region: {
      original: toRgb(plan.source),
      mask: latentMask(plan.masks.user, plan.strength, context.model.config.vae.factor),
    },
  });
  context.onEvent({ kind: 'phase', name: 'compose' });
  return resultOf(finishInpaint(plan, picture));
}

function tellRegion({ onEvent }: RenderContext, { x, y, width, height }: ContextFrame, changes: PixelBox): void {
  onEvent({ kind: 'region', rect: { x, y, width, height }, changes });
}

function resultOf({ image, patch, report }: Composite): JobResult {
  const { changedFraction } = report;
  return {
    pictures: [image],
    composition: { patch: patch ?? null, changedFraction },
    text: '',
    warnings: report.warnings.map((code) => warning(code, report.alignment.displacementPx)),
  };
}

function warning(code: CompositeWarning, displacementPx: number): JobWarning {
  return { code, message: sentences[code], data: { displacementPx: Math.round(displacementPx * 10) / 10 } };
}

const sentences: Record<CompositeWarning, string> = {
  'shifted-far': 'The model moved the picture by more than a few pixels; it was moved back.',
  'alignment-unsure': 'The result seems to be shifted against the picture, but no shift brings it back.',
  'colours-unmatched': 'The region leaves too little of the picture to match its colours with.',
  'nothing-changed': 'The result is the same as the picture. Try other words, or follow them more closely.',
  'changed-everywhere': 'Most of the picture changed, so the result was taken as a whole.',
};
