import type { z } from 'zod';

import { AppError } from '#base/app-error';

/**
 * A stored shape with its history. Every stored value carries `version`; `steps[i]` lifts a value of version `i + 1` to
 * version `i + 2`, and the schema describes the newest. Two branches may not take the same number.
 */
export interface VersionedShape<Schema extends z.ZodType> {
  /** Names the thing in messages: "document", "settings file". */
  readonly what: string;
  readonly schema: Schema;
  readonly steps: readonly MigrationStep[];
  /**
   * Replaces parts that do not fit and can be done without: tried on a value of the newest version that the schema refuses,
   * before the whole is given up.
   */
  readonly repair?: MigrationStep;
}

export type MigrationStep = (old: Record<string, unknown>) => Record<string, unknown>;

/**
 * Lifts a stored value to the newest version and checks it.
 * @throws AppError `version-too-new` when a later studio wrote it, `stored-value-invalid` when it is not what it should be.
 */
export function parseVersioned<Schema extends z.ZodType>(
  value: unknown,
  { what, schema, steps, repair }: VersionedShape<Schema>,
): z.infer<Schema> {
  const newest = steps.length + 1;
  if (!isStored(value)) throw invalid(what, 'version: missing');
  const { version } = value;
  if (version > newest) {
    throw new AppError('version-too-new', `This ${what} was made by a newer studio: update the studio to open it.`, {
      data: { what, version, newest },
    });
  }
  let lifted: Record<string, unknown> = value;
  for (const [index, step] of steps.slice(version - 1).entries()) {
    lifted = { ...step(lifted), version: version + index + 1 };
  }
  const parsed = schema.safeParse(lifted);
  if (parsed.success) return parsed.data;
  const repaired = repair && schema.safeParse(repair(lifted));
  if (repaired?.success) return repaired.data;
  const issue = parsed.error.issues[0];
  throw invalid(what, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`);
}

function isStored(value: unknown): value is { version: number } {
  if (typeof value !== 'object' || value === null || !('version' in value)) return false;
  return Number.isInteger(value.version) && Number(value.version) >= 1;
}

function invalid(what: string, problem: string): AppError {
  return new AppError('stored-value-invalid', `This ${what} is damaged (${problem}): restore an earlier copy.`, {
    data: { what, problem },
  });
}
