import type { ParityRow } from '#train/parity/golden';

const COLUMNS = ['case', 'tensor', 'max error', 'allowed', 'error / rms', ''] as const;

/** The rows as an aligned table, and a line that sums them up. */
export function parityTable(rows: readonly ParityRow[], { judged }: { readonly judged: boolean }): string {
  const cells = rows.map((row) => [
    row.case,
    row.tensor,
    number(row.error),
    judged ? number(row.allowed) : '–',
    row.relative === null ? '' : number(row.relative),
    judged ? (row.passed ? 'pass' : 'FAIL') : '',
  ]);
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...cells.map((line) => line[i]!.length)));
  const lines = [COLUMNS, ...cells].map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\n${summary(rows, judged)}\n`;
}

function summary(rows: readonly ParityRow[], judged: boolean): string {
  if (judged) {
    const failed = rows.filter(({ passed }) => !passed).length;
    return `${rows.length - failed} passed, ${failed} failed`;
  }
  const relative = rows.flatMap((row) => row.relative ?? []).sort((a, b) => a - b);
  const median = relative[Math.floor(relative.length / 2)] ?? 0;
  return `${rows.length} outputs; error over root mean square: median ${number(median)}, largest ${number(relative.at(-1) ?? 0)}`;
}

function number(value: number): string {
  return value === 0 || Number.isInteger(value) ? String(value) : value.toExponential(2);
}
