import { z } from 'zod';

import { zDevice } from '#shared/contract/device';
import { zPrecision } from '#shared/contract/job-request';
import { zDocumentId } from '#shared/document/ids';
import { repairPromptState, type PromptState } from '#shared/document/prompt-state';

/** How pictures are saved unless one says otherwise. */
const zExportSettings = z.strictObject({
  format: z.enum(['png', 'jpeg', 'webp', 'avif', 'tiff']).default('png'),
  /** Of JPEG, WebP and AVIF. */
  quality: z.int().min(1).max(100).default(92),
  /** Whether the file says how it was made. */
  withRecipe: z.boolean().default(true),
});

const zBrushSettings = z.strictObject({
  /** Diameter in document pixels. */
  size: z.number().min(1).max(2000).default(40),
  hardness: z.number().min(0).max(1).default(0.8),
  opacity: z.number().min(0).max(1).default(1),
  smoothing: z.boolean().default(true),
});

/** The prompt bar, kept under a name. Pictures are not part of it: they stay with their documents. */
const zPreset = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(100),
  // Whatever a version of the studio knew of settings, the words are kept.
  prompt: z.unknown().transform((stored): PromptState => {
    return { ...repairPromptState(stored), references: [], control: null };
  }),
});
export type Preset = Readonly<z.infer<typeof zPreset>>;

/** Everything a person can set that belongs to no document. Every field has a default that is safe. */
export const zSettings = z.strictObject({
  version: z.literal(1),
  language: z.enum(['system', 'en', 'zh']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  motion: z.enum(['system', 'full', 'reduced']).default('system'),
  /** Package id in the model library; null takes the model in the box. */
  model: z.string().min(1).nullable().default(null),
  device: zDevice.or(z.literal('auto')).default('auto'),
  precision: zPrecision.or(z.literal('auto')).default('auto'),
  /** Whether pictures are described by the model while the computer has nothing else to do. */
  captionWhenIdle: z.boolean().default(false),
  /** Whether pictures that nothing uses any more are deleted after some days. */
  clearUnused: z.boolean().default(true),
  /** After how many days the trash is emptied. */
  trashDays: z.int().min(1).max(3650).default(30),
  export: zExportSettings.prefault({}),
  brush: zBrushSettings.prefault({}),
  /** Keys a person has put on commands, by command. */
  shortcuts: z.record(z.string().max(100), z.string().max(100)).default({}),
  /** Prompts to be used again, in the order in which they are listed. */
  presets: z.array(zPreset).max(200).default([]),
  /** Which panels are where; the renderer's own. */
  panels: z.record(z.string().max(100), z.json()).default({}),
  /** The documents that are open, in the order of their tabs. */
  tabs: z.array(zDocumentId).max(200).default([]),
  /** Which of them is in front. */
  frontTab: zDocumentId.nullable().default(null),
  /** Last opened first. */
  recentDocuments: z.array(zDocumentId).max(50).default([]),
});
export type Settings = Readonly<z.infer<typeof zSettings>>;
/** Some settings, of a group only those that change. */
export type SettingsChanges = {
  readonly [Key in Exclude<keyof Settings, 'version'>]?: Key extends 'export' | 'brush'
    ? Partial<Settings[Key]>
    : Settings[Key];
};

/** The schema of `SettingsChanges`: every field may be left out, and none has a default. */
export const zSettingsChanges = z.strictObject({
  ...changesOf(zSettings.omit({ version: true })).shape,
  export: z.exactOptional(changesOf(zExportSettings)),
  brush: z.exactOptional(changesOf(zBrushSettings)),
}) as unknown as z.ZodType<SettingsChanges>;

function changesOf(schema: z.ZodObject): z.ZodObject {
  const fields = Object.entries(schema.shape).map(([key, field]) => [
    key,
    z.exactOptional(field instanceof z.ZodDefault || field instanceof z.ZodPrefault ? field.unwrap() : field),
  ]);
  return z.strictObject(Object.fromEntries(fields) as Record<string, z.ZodType>);
}

export const defaultSettings: Settings = zSettings.parse({ version: 1 });
