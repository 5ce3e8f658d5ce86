import type { AppError } from '#base/app-error';

import { progressLine, type Progress, type Task } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

/** How a command tells what it does. There is one for people and one for programs. */
export interface Output {
  /** Another part of the work begins. */
  phase(task: Task): void;
  /** Something is under way. Drawn in place on a terminal, and left out where nobody watches. */
  progress(progress: Progress): void;
  /** A piece of text that the model writes. */
  text(delta: string): void;
  /** Something a person may want to know. */
  note(sentence: string): void;
  warn(sentence: string): void;
  /** What came out: `data` for programs, `text` for people. */
  result(data: Readonly<Record<string, unknown>>, text: string): void;
  error(error: AppError): void;
}

/** For people: results on the output stream, all else on the error stream, so that `> file` holds results only. */
export class TextOutput implements Output {
  readonly #terminal: Terminal;
  #lineIsDrawn = false;
  #textIsOpen = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  phase({ label }: Task): void {
    this.#draw(() => `${label}…`);
  }

  progress(progress: Progress): void {
    this.#draw((columns) => progressLine(progress, columns));
  }

  text(delta: string): void {
    this.#clearLine();
    this.#terminal.out(delta);
    this.#textIsOpen = !delta.endsWith('\n');
  }

  note(sentence: string): void {
    this.#say(sentence);
  }

  warn(sentence: string): void {
    this.#say(`Warning: ${sentence}`);
  }

  result(_: Readonly<Record<string, unknown>>, text: string): void {
    this.#clearLine();
    this.#endText();
    if (text !== '') this.#terminal.out(`${text}\n`);
  }

  error({ message }: AppError): void {
    this.#say(message);
  }

  #say(line: string): void {
    this.#clearLine();
    this.#endText();
    this.#terminal.err(`${line}\n`);
  }

  #draw(line: (columns: number) => string): void {
    const { columns } = this.#terminal;
    // Text that the model writes stays as it is.
    if (columns === undefined || this.#textIsOpen) return;
    this.#terminal.err(`\r${line(columns)}\x1b[K`);
    this.#lineIsDrawn = true;
  }

  #endText(): void {
    if (this.#textIsOpen) this.#terminal.out('\n');
    this.#textIsOpen = false;
  }

  #clearLine(): void {
    if (this.#lineIsDrawn) this.#terminal.err('\r\x1b[K');
    this.#lineIsDrawn = false;
  }
}

/** For programs: one JSON object a line on the output stream, each with an `event`. The last is `result` or `error`. */
export class JsonOutput implements Output {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  phase({ name }: Task): void {
    this.#line('phase', { name });
  }

  progress({ task, done, total, timeLeftMs }: Progress): void {
    this.#line('progress', { name: task.name, done, total, timeLeftMs });
  }

  text(delta: string): void {
    this.#line('text', { delta });
  }

  note(message: string): void {
    this.#line('note', { message });
  }

  warn(message: string): void {
    this.#line('warning', { message });
  }

  result(data: Readonly<Record<string, unknown>>): void {
    this.#line('result', data);
  }

  error({ code, message, data }: AppError): void {
    this.#line('error', { code, message, data });
  }

  #line(event: string, data: Readonly<Record<string, unknown>>): void {
    this.#terminal.out(`${JSON.stringify({ event, ...data })}\n`);
  }
}
