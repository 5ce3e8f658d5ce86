/** What sizes a model works well at. All in pixels. */
export interface ModelLimits {
  /** Sides are multiples of this. */
  readonly multiple: number;
  /** Shortest side it works well at: less is widened with context, and small pictures are enlarged. */
  readonly minSide: number;
  /** Largest area: more is reduced, both axes by one factor. */
  readonly maxArea: number;
}

/** Those of the released model. */
export const defaultLimits: ModelLimits = { multiple: 32, minSide: 512, maxArea: 1024 * 1024 };

/** A checkpoint may say in its `config.json` what it is made for (`studio_limits`); what it does not say is the default. */
export function modelLimits(config: Readonly<Record<string, unknown>>): ModelLimits {
  const stated = config['studio_limits'];
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
