import type { RestartLimits } from './restart-policy.ts';

/** How long the supervisor waits for what, in milliseconds. */
export interface EngineLimits extends RestartLimits {
  /** From the start of the process to its report of the devices. */
  readonly startMs: number;
  readonly heartbeatMs: number;
  /** Silence after which an idle engine is taken to hang. */
  readonly idleSilenceMs: number;
  /** As above while a job runs: one step blocks the engine, and may be long on a slow machine. */
  readonly busySilenceMs: number;
  /** From the wish to cancel to the end of the job. */
  readonly cancelMs: number;
  /** From the wish to stop to the end of the process. */
  readonly stopMs: number;
}

export const engineLimits: EngineLimits = {
  startMs: 30_000,
  heartbeatMs: 2_000,
  idleSilenceMs: 10_000,
  busySilenceMs: 15 * 60_000,
  cancelMs: 30_000,
  stopMs: 5_000,
  maxCrashes: 3,
  windowMs: 60_000,
  backoffMs: 250,
};
