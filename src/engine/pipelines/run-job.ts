import { AppError } from '#base/app-error';
import { assertNever } from '#base/assert';
import { generationSize } from '#model/ovis/processing/context-image';
import type { Raster } from '#raster/raster';
import type { BlobName } from '#shared/contract/job-request';

import type { JobResult, RunJob } from '../jobs/run-job.ts';
import { ModelCache } from '../ovis/model-cache.ts';
import { ConditionEncoder } from './conditions.ts';
import { describe } from './describe.ts';
import { controlPicture, editPicture, inpaintPicture, outpaintPicture } from './edit-picture.ts';
import { renderFromReferences, renderGeneration, type RenderContext } from './render.ts';

/** The pipelines behind one function. Keeps the last model and its conditions for the next job. */
export function createRunJob(): RunJob {
  const models = new ModelCache();
  const conditions = new ConditionEncoder();
  return async ({ request, inputs, modelFolder, cacheFolder, device }, options): Promise<JobResult> => {
    options.onEvent({ kind: 'phase', name: 'load' });
    const model = await models.open(modelFolder, device);
    const context: RenderContext = { ...options, model, conditions, cacheFolder };
    const picture = (name: BlobName) => inputOf(inputs, name);
    const references = (from: { references: readonly BlobName[] }) => from.references.map(picture);
    switch (request.kind) {
      case 'generate': {
        const size = generationSize(request);
        const [first, ...others] = references(request);
        const made = first
          ? await renderFromReferences(context, request, size, [first, ...others])
          : await renderGeneration(context, request, size);
        return { pictures: [made], composition: null, text: '', warnings: [] };
      }
      case 'describe': {
        const text = await describe(model, request, request.images.map(picture), options);
        return { pictures: [], composition: null, text, warnings: [] };
      }
      case 'edit':
        return editPicture(context, request, picture(request.image), references(request));
      case 'inpaint':
        return inpaintPicture(
          context,
          request,
          { image: picture(request.image), mask: picture(request.mask) },
          references(request),
        );
      case 'outpaint':
        return outpaintPicture(context, request, picture(request.image), references(request));
      case 'control':
        return controlPicture(context, request, picture(request.image), references(request));
      default:
        return assertNever(request);
    }
  };
}

function inputOf(inputs: ReadonlyMap<BlobName, Raster>, name: BlobName): Raster {
  const raster = inputs.get(name);
  if (raster) return raster;
  throw new AppError('input-missing', 'A picture that the task needs was not sent along. Start the task again.', {
    data: { blob: name },
  });
}
