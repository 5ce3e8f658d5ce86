import { formatBytes } from '#base/format-bytes';
import { Throughput } from '#host/download/throughput';

import type { Output } from './output.ts';
import type { Task } from './progress-bar.ts';

/** How far something is that goes on byte by byte. */
export interface BytesDone {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Shows such a thing, with the time left from its measured rate, a few times a second. */
export function byteProgress(output: Output, task: Task): (progress: BytesDone) => void {
  const throughput = new Throughput();
  let before = 0;
  let shownMs = Number.NEGATIVE_INFINITY;
  return ({ bytesDone, bytesTotal }) => {
    const nowMs = performance.now();
    throughput.add(bytesDone - before, nowMs);
    before = bytesDone;
    if (nowMs - shownMs < 200 && bytesDone < bytesTotal) return;
    shownMs = nowMs;
    const leftMs = throughput.timeLeftMs(bytesTotal - bytesDone, nowMs) ?? Number.POSITIVE_INFINITY;
    output.progress({
      task,
      done: bytesDone,
      total: bytesTotal,
      amount: `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
      timeLeftMs: Number.isFinite(leftMs) ? leftMs : null,
    });
  };
}
