/** What the command line writes to and learns from, so that tests can stand in for a terminal. */
export interface Terminal {
  /** Results: what a script would read. */
  out(text: string): void;
  /** Everything else: progress, warnings, errors. */
  err(text: string): void;
  /** Columns, if `err` goes to a person's screen; undefined if it goes to a file or a pipe. */
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read this, such as `head`, has seen enough.
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    get columns() {
      return process.stderr.isTTY ? process.stderr.columns : undefined;
    },
    env: process.env,
  };
}
