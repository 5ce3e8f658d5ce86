import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { zSettings, zSettingsChanges } from '#shared/library/settings';
import { call } from '../call.ts';

export const settingsContract = {
  get: call.output(zSettings),
  /** Changes some settings; of a group only those that are given. Resolves when they are on the disk. */
  change: call.input(zSettingsChanges).output(zSettings),
  /** The settings at once, then after each change, by whichever window. */
  watch: call.output(eventIterator(zSettings)),
};

/** What reading the settings ran into at the start, for a person to be told once. */
export const zSettingsNotice = z.discriminatedUnion('kind', [
  /** The file was unusable; its backup, or else the defaults, took its place. It is kept as `keptAs`. */
  z.object({ kind: z.literal('replaced'), by: z.enum(['backup', 'defaults']), keptAs: z.string() }),
  /** Some fields were unusable and have their defaults. */
  z.object({ kind: z.literal('reset'), fields: z.array(z.string()).readonly() }),
  /** A newer studio wrote the file; a copy of it is kept before this one writes. */
  z.object({ kind: z.literal('newer'), version: z.int() }),
]);
