/**
 * Freezes a plain value all the way down and returns it. What is frozen already is taken as frozen below too, so a
 * change that shares most of its parts with its origin costs only the new parts.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
