import { AppError } from '#base/app-error';
import type { ErrorCode } from '#base/error-codes';

/** What the operating system's refusals mean to a person. `could` is "The studio could not save the document". */
const refusals: Readonly<Record<string, { code: ErrorCode; sentence: (could: string, path: string) => string }>> = {
  ENOSPC: { code: 'disk-full', sentence: diskFull },
  EDQUOT: { code: 'disk-full', sentence: diskFull },
  EROFS: { code: 'folder-read-only', sentence: (could, path) => `${could}: ${path} is on a disk that is read-only.` },
  EACCES: { code: 'permission-denied', sentence: notAllowed },
  EPERM: { code: 'permission-denied', sentence: notAllowed },
  ENOENT: { code: 'file-missing', sentence: missing },
  ENOTDIR: { code: 'file-missing', sentence: missing },
  EISDIR: { code: 'file-is-folder', sentence: (could, path) => `${could}: ${path} is a folder, not a file.` },
  ENAMETOOLONG: {
    code: 'path-unsafe',
    sentence: (could, path) => `${could}: ${path} is too long a name for this disk.`,
  },
};

function diskFull(could: string): string {
  return `${could}: the disk is full. Free some space and try again.`;
}

function notAllowed(could: string, path: string): string {
  return `${could}: it has no permission to use ${path}.`;
}

function missing(could: string, path: string): string {
  return `${could}: ${path} does not exist.`;
}

/**
 * An `AppError` for what the operating system refused. Anything that is not a known refusal is returned as it came, so
 * that a bug keeps its stack.
 *
 * @param doing What was being done, as the end of "The studio could not …", e.g. "save the document".
 */
export function fileError(error: unknown, path: string, doing: string): unknown {
  const code = systemCode(error);
  const refusal = code === undefined ? undefined : refusals[code];
  if (refusal === undefined) return error;
  return new AppError(refusal.code, refusal.sentence(`The studio could not ${doing}`, path), {
    data: { path, systemCode: code ?? null },
    cause: error,
  });
}

/** The `code` of a Node system error ("ENOENT"), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
