import { type ScheduleConfig } from '../config.ts';

/** Image tokens at which μ is `baseShift`, and at which it is `maxShift`; between and beyond it is linear. */
const BASE_TOKENS = 256;
const MAX_TOKENS = 4096;

/**
 * The times of a run from noise (1) to picture (0): [steps + 1], falling. With `shift` they are moved towards noise,
 * more so for larger pictures: t' = e^μ / (e^μ + 1/t − 1).
 *
 * @param imageTokens - packed latent tokens of the picture: (height / 16) · (width / 16)
 */
export function timesteps(steps: number, imageTokens: number, schedule: ScheduleConfig): Float32Array {
  const { shift, baseShift, maxShift } = schedule;
  const slope = (maxShift - baseShift) / (MAX_TOKENS - BASE_TOKENS);
  const factor = Math.exp(baseShift + slope * (imageTokens - BASE_TOKENS));
  return Float32Array.from({ length: steps + 1 }, (_, i) => {
    const t = 1 - i / steps;
    return shift ? factor / (factor + (1 / t - 1)) : t;
  });
}
