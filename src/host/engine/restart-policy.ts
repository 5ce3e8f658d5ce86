/** What to do after the engine crashed. */
export type RestartDecision =
  | { readonly kind: 'restart'; readonly delayMs: number; readonly safeMode: boolean }
  | { readonly kind: 'give-up' };

export interface RestartLimits {
  /** This many crashes within the window make the engine start in safe mode; as many again there end it. */
  readonly maxCrashes: number;
  readonly windowMs: number;
  /** Pause before the first restart; doubled for each crash in the window. */
  readonly backoffMs: number;
}

/** Counts crashes and decides, so that a broken driver ends in safe mode and a broken engine in an answer. */
export class RestartPolicy {
  readonly #limits: RestartLimits;
  #crashes: number[] = [];
  #safeMode = false;

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  get safeMode(): boolean {
    return this.#safeMode;
  }

  /** @param atMs Milliseconds on a clock that only goes forward. */
  crashed(atMs: number): RestartDecision {
    const { maxCrashes, windowMs, backoffMs } = this.#limits;
    this.#crashes = [...this.#crashes.filter((crash) => atMs - crash < windowMs), atMs];
    const count = this.#crashes.length;
    if (count >= maxCrashes) {
      if (this.#safeMode) return { kind: 'give-up' };
      this.#safeMode = true;
      this.#crashes = [];
    }
    return { kind: 'restart', delayMs: backoffMs * 2 ** (count - 1), safeMode: this.#safeMode };
  }
}
