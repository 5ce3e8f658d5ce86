import type { EngineReport } from '#shared/contract/engine';
import type { JobId } from '#shared/contract/job-events';

import type { EndCause } from './engine-connection.ts';

/** An end of the engine that nobody asked for. */
export interface CrashReport {
  readonly cause: Exclude<EndCause, 'stop' | 'cancel-timeout'>;
  readonly code: number | null;
  readonly signal: string | null;
  /** What it wrote to its error stream last. */
  readonly stderrTail: string;
  /** What it was doing. */
  readonly job: JobId | null;
  /** When, as ISO time. */
  readonly at: string;
}

export type EngineState =
  /** Not running: not started yet, stopped, or given up after the crash that is named. */
  | { readonly kind: 'stopped'; readonly crash: CrashReport | null }
  | { readonly kind: 'starting'; readonly safeMode: boolean }
  | { readonly kind: 'ready'; readonly safeMode: boolean; readonly report: EngineReport }
  | { readonly kind: 'busy'; readonly safeMode: boolean; readonly report: EngineReport; readonly job: JobId }
  /** Silent for too long; it is being ended. */
  | { readonly kind: 'hung' }
  | { readonly kind: 'crashed'; readonly crash: CrashReport }
  | { readonly kind: 'backoff'; readonly delayMs: number; readonly safeMode: boolean }
  | { readonly kind: 'stopping' };
