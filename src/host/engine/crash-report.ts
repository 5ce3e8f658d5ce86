import { AppError, type ErrorData } from '#base/app-error';
import { assertNever } from '#base/assert';
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

/** The engine was started again and again, in safe mode as well, and this was the last time. */
export function startFailed(crash: CrashReport | null): AppError {
  return new AppError(
    'engine-start-failed',
    `The engine does not start. ${whatHappened(crash)} Run "studio doctor" to find out more.`,
    crashData(crash),
  );
}

/** A job was run as often as it may be, and this was the last time. */
export function crashedOften(crash: CrashReport | null, times: number): AppError {
  return new AppError(
    'engine-crashed',
    `The engine stopped ${times} times while working on this. ${whatHappened(crash)} A smaller size or another precision may work.`,
    crashData(crash),
  );
}

function whatHappened(crash: CrashReport | null): string {
  if (crash === null) return 'It was stopped.';
  switch (crash.cause) {
    case 'start-timeout':
      return 'It was not ready in time.';
    case 'hung':
      return 'It did not answer any more.';
    case 'garbage':
    case 'start-failed':
      return 'It did not answer as it should.';
    case 'exit':
      if (crash.signal === 'SIGKILL') return 'The system ended it, most likely because memory ran out.';
      return `It ended by itself (${crash.signal ?? `exit status ${crash.code ?? 'unknown'}`}).`;
    default:
      return assertNever(crash.cause);
  }
}

function crashData(crash: CrashReport | null): { data: ErrorData } {
  return {
    data: {
      cause: crash?.cause ?? null,
      exitCode: crash?.code ?? null,
      signal: crash?.signal ?? null,
      stderrTail: crash?.stderrTail ?? '',
    },
  };
}
