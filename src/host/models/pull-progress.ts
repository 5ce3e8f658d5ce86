import type { DownloadEvent } from '../download/download-file.ts';
import { Throughput } from '../download/throughput.ts';

/** What a pull is doing. Sizes are of all files together. */
export type PullProgress =
  | { readonly phase: 'list' }
  /** Comparing what is on the disk with its checksums. */
  | { readonly phase: 'check'; readonly file: string; readonly doneBytes: number; readonly totalBytes: number }
  | {
      readonly phase: 'download';
      readonly file: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
      /** From what has arrived in the last seconds; null until there is a second's worth. */
      readonly bytesPerSecond: number | null;
      readonly timeLeftMs: number | null;
    }
  /** A transfer failed and will be tried again. */
  | { readonly phase: 'wait'; readonly file: string; readonly reason: string; readonly delayMs: number };

const reportEveryMs = 250;

/** Adds up the events of a pull's files and reports them a few times a second. */
export class PullProgressMeter {
  readonly #report: (progress: PullProgress) => void;
  readonly #now: () => number;
  readonly #throughput = new Throughput();
  #totalBytes = 0;
  #doneBytes = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(report: (progress: PullProgress) => void, now: () => number = () => performance.now()) {
    this.#report = report;
    this.#now = now;
  }

  listing(): void {
    this.#report({ phase: 'list' });
  }

  /** A phase starts, of which `doneBytes` need no doing. */
  begin(totalBytes: number, doneBytes: number): void {
    this.#totalBytes = totalBytes;
    this.#doneBytes = doneBytes;
    this.#reportedMs = Number.NEGATIVE_INFINITY;
  }

  checked(file: string, bytes: number): void {
    this.#doneBytes += bytes;
    if (this.#isDue()) this.#report({ phase: 'check', file, doneBytes: this.#doneBytes, totalBytes: this.#totalBytes });
  }

  downloading(file: string, event: DownloadEvent): void {
    if (event.kind === 'waiting') {
      this.#report({ phase: 'wait', file, reason: event.reason, delayMs: event.delayMs });
      return;
    }
    this.#doneBytes += event.kind === 'discarded' ? -event.bytes : event.bytes;
    if (event.kind === 'received') this.#throughput.add(event.bytes, this.#now());
    if (this.#isDue()) this.reportDownload(file);
  }

  reportDownload(file: string): void {
    const remaining = Math.max(this.#totalBytes - this.#doneBytes, 0);
    const timeLeftMs = this.#throughput.timeLeftMs(remaining, this.#now());
    this.#report({
      phase: 'download',
      file,
      doneBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond: this.#throughput.bytesPerSecond(this.#now()) ?? null,
      timeLeftMs: timeLeftMs === undefined || !Number.isFinite(timeLeftMs) ? null : timeLeftMs,
    });
  }

  #isDue(): boolean {
    if (this.#now() - this.#reportedMs < reportEveryMs) return false;
    this.#reportedMs = this.#now();
    return true;
  }
}
