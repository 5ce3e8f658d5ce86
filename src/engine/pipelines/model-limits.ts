import type { OvisModel } from '../ovis/ovis-model.ts';
import { defaultLimits, type ModelLimits } from './compositing/recipe.ts';

/**
 * What sizes a model works well at. A checkpoint may say so in its `config.json` (`studio_limits`); the released model's
 * numbers are the default.
 */
export function modelLimits(model: OvisModel): ModelLimits {
  const stated = model.package.config['studio_limits'];
  if (typeof stated !== 'object' || stated === null) return defaultLimits;
  const { min_side: minSide, max_area: maxArea } = stated as Record<string, unknown>;
  return {
    ...defaultLimits,
    ...(isSize(minSide) && { minSide }),
    ...(isSize(maxArea) && { maxArea }),
  };
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= defaultLimits.multiple;
}
