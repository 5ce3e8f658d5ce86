/** Where a piece of a file lies in the whole: `first` is its first byte, `totalBytes` the file's size if the server told. */
export interface ContentRange {
  readonly first: number;
  readonly totalBytes: number | undefined;
}

/** Reads a `Content-Range` (RFC 9110 §14.4); undefined for anything but a byte range. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(?:(\d{1,15})|\*)$/.exec(header ?? '');
  if (match === null) return undefined;
  return { first: Number(match[1]), totalBytes: match[2] === undefined ? undefined : Number(match[2]) };
}

export function parseContentLength(header: string | null): number | undefined {
  return /^\d{1,15}$/.test(header ?? '') ? Number(header) : undefined;
}

/** How long a server asks to be left alone: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3). */
export function parseRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** An entity tag that names exact bytes. A weak one (`W/…`) names a meaning, and is of no use for joining pieces. */
export function strongEtag(header: string | null): string | undefined {
  return header !== null && /^"[^"]*"$/.test(header) ? header : undefined;
}
