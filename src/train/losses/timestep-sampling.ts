/** @file How far on its way to noise a training picture is: where the most is to be learnt, more often. */

/** Draws standard normal numbers. */
interface NormalSource {
  normal(): number;
}

export interface TimestepSampling {
  /** Of the logit: 0 is half-way, positive towards noise. */
  readonly mean: number;
  readonly deviation: number;
  /** Moves all timesteps towards noise, as sampling does for pictures of many tokens: t' = s·t / (1 + (s - 1)·t). */
  readonly shift?: number;
}

/** A timestep in (0, 1) whose logit is normal. Both ends are rare, where the answer is nearly given or nearly unknown. */
export function sampleTimestep(source: NormalSource, { mean, deviation, shift = 1 }: TimestepSampling): number {
  const time = 1 / (1 + Math.exp(-(mean + deviation * source.normal())));
  return (shift * time) / (1 + (shift - 1) * time);
}
