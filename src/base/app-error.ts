import type { ErrorCode } from './error-codes.ts';

/** Plain facts about an error, for translation and for logs: no objects, no secrets. */
export type ErrorData = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | readonly number[]>
>;

/**
 * An error that a person may see. `code` is stable and literal, `message` is one clear English sentence that says what
 * is wrong and what to do, `data` holds the facts in it so that other languages can say it too.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, message: string, options: { data?: ErrorData; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}

/** The one mapper from whatever was thrown to an `AppError`; what is not one already becomes `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Error && error.name === 'AbortError')
    return new AppError('cancelled', 'The task was cancelled.');
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('internal', `Something went wrong inside the studio: ${message}`, { cause: error });
}
