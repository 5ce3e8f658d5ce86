/** A learning rate for every step; steps count from 1. */
export type Schedule = (step: number) => number;

/** Rises in a straight line over `warmupSteps`, then falls along half a cosine to `last` at `steps`. */
export function warmupCosine(options: {
  readonly peak: number;
  readonly warmupSteps: number;
  readonly steps: number;
  readonly last?: number;
}): Schedule {
  const { peak, warmupSteps, steps, last = 0 } = options;
  return (step) => {
    if (step <= warmupSteps) return (peak * step) / warmupSteps;
    const done = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
    return last + (peak - last) * 0.5 * (1 + Math.cos(Math.PI * done));
  };
}

/** Rises as above, stays, and falls in a straight line over the last `cooldownSteps`: can be prolonged at will. */
export function warmupStable(options: {
  readonly peak: number;
  readonly warmupSteps: number;
  readonly cooldownSteps: number;
  readonly steps: number;
  readonly last?: number;
}): Schedule {
  const { peak, warmupSteps, cooldownSteps, steps, last = 0 } = options;
  return (step) => {
    if (step <= warmupSteps) return (peak * step) / warmupSteps;
    const left = Math.max(0, steps - step);
    return left >= cooldownSteps ? peak : last + (peak - last) * (left / cooldownSteps);
  };
}

/**
 * The share of the newest parameters in their moving average. Early averages forget fast, so that the start, which is
 * random, is soon gone.
 */
export function averageShare(step: number, decay: number): number {
  return 1 - Math.min(decay, (1 + step) / (10 + step));
}
