import { fromVaePixels, toVaePixels } from '#model/ovis/processing/context-image';
import { toRgb } from '#model/ovis/processing/rgb';
import type { EvaluatedModel } from '#train/evaluation/evaluated-model';
import { zJobRequest } from '#shared/contract/job-request';

import type { OvisModel } from './ovis/ovis-model.ts';
import { decodePixels, encodeLatents } from './ovis/vae.ts';
import { ConditionEncoder } from './pipelines/conditions.ts';
import { describe } from './pipelines/describe.ts';
import { renderEdit, renderGeneration } from './pipelines/render.ts';

export interface EvaluationSettings {
  readonly side: number;
  readonly steps: number;
  readonly textGuidance: number;
  readonly imageGuidance: number;
  readonly signal: AbortSignal;
}

const MAX_ANSWER_TOKENS = 96;

/** An imported model through the code that jobs run, as the evaluation asks for it. */
export function evaluatedPackage(model: OvisModel, settings: EvaluationSettings): EvaluatedModel {
  const { side, steps, textGuidance, imageGuidance, signal } = settings;
  const run = { signal, onEvent: () => undefined };
  const context = { ...run, model, conditions: new ConditionEncoder() };
  const sampling = { steps, textGuidance, solver: 'euler' } as const;
  return {
    side,
    generate: (prompt, seed) => renderGeneration(context, { ...sampling, prompt, seed }, { width: side, height: side }),
    async edit(prompt, source, seed) {
      const edited = await renderEdit(context, { ...sampling, prompt, seed, imageGuidance }, toRgb(source));
      return edited.picture;
    },
    answer(question, picture) {
      const request = zJobRequest.parse({
        kind: 'describe',
        model: model.package.name,
        precision: model.package.precision,
        images: ['0'.repeat(64)],
        turns: [{ role: 'user', text: question }],
        maxTokens: MAX_ANSWER_TOKENS,
      });
      if (request.kind !== 'describe') throw new Error('Invariant broken: the request describes');
      return describe(model, request, [picture], run);
    },
    async reconstruct(picture) {
      const rgb = toRgb(picture);
      await model.enterPhase('vaeEncoder', 'vaeDecoder');
      const latents = await encodeLatents(model, toVaePixels(rgb), rgb);
      const { factor } = model.config.vae;
      const cells = { width: rgb.width / factor, height: rgb.height / factor };
      return fromVaePixels(await decodePixels(model, latents, cells), rgb);
    },
  };
}
