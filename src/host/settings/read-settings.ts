import { z } from 'zod';

import { defaultSettings, zSettings, type Settings } from '#shared/library/settings';

/** Lifts settings of version `i + 1` to version `i + 2`. */
const steps: readonly ((old: Record<string, unknown>) => Record<string, unknown>)[] = [];
const newest = steps.length + 1;

export interface ReadSettings {
  readonly settings: Settings;
  /** What could not be used and was set to its default, as paths: `export.quality`. */
  readonly reset: readonly string[];
  /** The version the file had. */
  readonly version: number;
}

/**
 * Settings from the text of their file. A field that is wrong or unknown costs itself, never the others; of a newer
 * studio's file, what this one knows is used.
 * @returns undefined when the text is no settings file at all
 */
export function readSettings(text: string): ReadSettings | undefined {
  const stored = parseJson(text);
  if (!isRecord(stored) || typeof stored['version'] !== 'number') return undefined;
  const { version } = stored;
  const lifted = steps.slice(version - 1).reduce((old, step) => step(old), stored);
  const reset: string[] = [];
  const kept = keepValid({ ...lifted, version: newest }, zSettings, defaultSettings, '', reset);
  return { settings: zSettings.parse(kept), reset, version };
}

/** The fields of `found` that the schema accepts, and defaults for the rest; groups are looked into. */
function keepValid(
  found: Record<string, unknown>,
  schema: z.ZodObject,
  defaults: Record<string, unknown>,
  path: string,
  reset: string[],
): Record<string, unknown> {
  const kept: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(found)) {
    const field = schema.shape[key];
    const group = field && groupOf(field);
    const fallback = defaults[key];
    if (group && isRecord(value) && isRecord(fallback))
      kept[key] = keepValid(value, group, fallback, `${path}${key}.`, reset);
    else if (field?.safeParse(value).success) kept[key] = value;
    else reset.push(`${path}${key}`);
  }
  return kept;
}

function groupOf(field: z.core.$ZodType): z.ZodObject | undefined {
  const inner = field instanceof z.ZodPrefault ? field.unwrap() : field;
  return inner instanceof z.ZodObject ? inner : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
