import type { EngineReport } from '#shared/contract/engine';
import type { JobId } from '#shared/contract/job-events';

import type { CrashReport } from './crash-report.ts';

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
