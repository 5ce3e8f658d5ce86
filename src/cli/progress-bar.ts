/** Part of the work: a name for programs, a label of a word or two for people. */
export interface Task {
  readonly name: string;
  readonly label: string;
}

export interface Progress {
  readonly task: Task;
  readonly done: number;
  readonly total: number;
  /** How done and total are said; "3/50" by default. */
  readonly amount?: string;
  readonly timeLeftMs: number | null;
}

const barWidth = 24;

/** One line of at most `columns` characters: `Drawing ━━━━━━────── 12/50, 34 s left`. */
export function progressLine({ task, done, total, amount, timeLeftMs }: Progress, columns: number): string {
  const filled = Math.round(barWidth * Math.min(1, total > 0 ? done / total : 0));
  const bar = '━'.repeat(filled) + '─'.repeat(barWidth - filled);
  const left = timeLeftMs === null ? '' : `, ${formatDuration(timeLeftMs)} left`;
  // A line that fills the last column makes some terminals wrap.
  return `${task.label} ${bar} ${amount ?? `${done}/${total}`}${left}`.slice(0, columns - 1);
}

/** "0.4 s", "34 s", "2 min 5 s", "1 h 10 min". */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
