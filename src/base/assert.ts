/** Fails on a broken invariant of our own code: never for user input, which gets an `AppError` with a code. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}

/** Closes a `switch` over a union: a new member that is not handled does not compile. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${String(value)}`);
}

/** The value, which the caller knows to be there (an index within bounds, a key just set). */
export function defined<T>(value: T | undefined | null, what = 'value'): T {
  if (value === undefined || value === null) throw new Error(`Invariant broken: ${what} is missing`);
  return value;
}
