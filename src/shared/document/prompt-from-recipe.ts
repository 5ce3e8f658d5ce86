import { assertNever } from '#base/assert';
import type { ForeignRecipe } from '#shared/recipe/foreign-recipe';
import type { JobRequest } from '#shared/contract/job-request';
import { defaultPromptState, zParameters, type Parameters, type PromptState } from './prompt-state.ts';

/** The prompt bar as it would make this request again; what the request does not say stays as it is in `current`. */
export function promptOfRequest(request: JobRequest, current: PromptState = defaultPromptState): PromptState {
  if (request.kind === 'describe') {
    const question = request.turns.findLast((turn) => turn.role === 'user')?.text ?? '';
    return { ...current, task: 'describe', prompt: question };
  }
  const { kind, prompt, references, model, precision, seed, steps, solver, textGuidance, imageGuidance } = request;
  const sampling = { model, precision, seed, steps, solver, textGuidance, imageGuidance, seedLocked: true };
  const parameters: Parameters = { ...current.parameters, ...sampling, ...particular(request) };
  const control = request.kind === 'control' ? { picture: request.image, map: request.map } : null;
  return { task: kind, prompt, references, control, parameters };
}

/**
 * The prompt bar with the words and numbers of another program's recipe, as far as they make sense here. Its negative
 * prompt, sampler and model have no place.
 */
export function promptOfForeignRecipe(
  { prompt, seed, steps, guidance, width, height }: ForeignRecipe,
  current: PromptState = defaultPromptState,
): PromptState {
  const known = Object.entries({ seed, steps, textGuidance: guidance, width, height }).filter(
    ([, value]) => value !== undefined,
  );
  const parameters = zParameters.parse({
    ...current.parameters,
    ...Object.fromEntries(known),
    seedLocked: seed !== undefined,
  });
  return { ...current, task: 'auto', prompt: prompt.slice(0, 8000), parameters };
}

function particular(request: Exclude<JobRequest, { kind: 'describe' }>): Partial<Parameters> {
  switch (request.kind) {
    case 'generate':
      return { width: request.width, height: request.height };
    case 'edit':
      return { keep: request.keep };
    case 'inpaint': {
      const { intent, strength, contextScale } = request;
      return { intent, strength, contextScale };
    }
    case 'outpaint':
    case 'control':
      return {};
    default:
      return assertNever(request);
  }
}
