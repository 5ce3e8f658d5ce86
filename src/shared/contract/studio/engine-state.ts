import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { call } from '../call.ts';
import { zEngineReport } from '../engine.ts';
import { zJobId } from '../job-events.ts';

/** An end of the engine that nobody asked for. */
const zCrashReport = z.object({
  cause: z.enum(['exit', 'start-timeout', 'start-failed', 'hung', 'garbage']),
  code: z.int().nullable(),
  signal: z.string().nullable(),
  /** What it wrote to its error stream last: for "details". */
  stderrTail: z.string(),
  job: zJobId.nullable(),
  at: z.iso.datetime(),
});

const alive = { safeMode: z.boolean(), report: zEngineReport };

/** `safeMode` is the processor alone, after repeated crashes. */
export const zEngineState = z.discriminatedUnion('kind', [
  /** Not running: not started yet, stopped, or given up after the crash that is named. The next job starts it. */
  z.object({ kind: z.literal('stopped'), crash: zCrashReport.nullable() }),
  z.object({ kind: z.literal('starting'), safeMode: z.boolean() }),
  z.object({ kind: z.literal('ready'), ...alive }),
  z.object({ kind: z.literal('busy'), ...alive, job: zJobId }),
  /** Silent for too long; it is being ended. */
  z.object({ kind: z.literal('hung') }),
  z.object({ kind: z.literal('crashed'), crash: zCrashReport }),
  z.object({ kind: z.literal('backoff'), delayMs: z.number(), safeMode: z.boolean() }),
  z.object({ kind: z.literal('stopping') }),
]);
export type EngineState = z.infer<typeof zEngineState>;

export const engineStateContract = {
  /** The state at once, then each change. */
  watch: call.output(eventIterator(zEngineState)),
  /** Starts it if need be; what it found out about the devices. */
  start: call.output(zEngineReport),
  /** Ends it and starts it anew, which tests the devices again. A job that runs is cancelled. */
  restart: call.output(zEngineReport),
};
