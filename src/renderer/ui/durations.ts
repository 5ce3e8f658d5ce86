import type { Words } from '../i18n/i18n.ts';

/** A time to wait in words, no finer than one can tell. */
export function spokenDuration(words: Words, ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return words('status:seconds', { count: seconds });
  return words('status:minutes', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** Bytes as people count them: 7.3 GB. */
export function spokenBytes(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : (['kB', 1e3] as const);
  return `${(bytes / size).toFixed(bytes / size < 10 ? 1 : 0)} ${unit}`;
}
