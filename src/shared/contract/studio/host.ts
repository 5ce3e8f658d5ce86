import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { zDocumentId, zNodeId } from '#shared/document/ids';
import { call } from '../call.ts';
import { zWireError } from '../wire-error.ts';
import { zSettingsNotice } from './settings.ts';

export const zHostInfo = z.object({
  /** Of the studio. */
  version: z.string(),
  /** Differs after each start of the host. */
  run: z.string(),
  shell: z.enum(['electron', 'web']),
  platform: z.enum(['darwin', 'win32', 'linux', 'other']),
  /** What this shell can do that others cannot. */
  can: z.object({
    /** `chooseFolder` opens a dialog; elsewhere the path is typed. */
    chooseFolder: z.boolean(),
    /** `setMenu` is shown by the system. */
    nativeMenu: z.boolean(),
  }),
  cpuCount: z.int().min(1),
  memoryBytes: z.int().min(0),
  /** Where everything is kept. */
  dataFolder: z.string(),
  /** Why nothing can be saved, or null where it can. */
  readOnlyBecause: zWireError.nullable(),
  settingsNotices: z.array(zSettingsNotice).readonly(),
});
export type HostInfo = z.infer<typeof zHostInfo>;

/** What the shell asks of the window. */
export const zShellEvent = z.discriminatedUnion('kind', [
  /** A command was chosen from the native menu. */
  z.object({ kind: z.literal('command'), id: z.string() }),
  /** A file was opened from outside: by association, from the command line, or dropped on the icon. */
  z.object({ kind: z.literal('open-document'), document: zDocumentId, node: zNodeId.nullable() }),
  /** Opening such a file failed. */
  z.object({ kind: z.literal('open-failed'), fileName: z.string(), error: zWireError }),
]);
export type ShellEvent = z.infer<typeof zShellEvent>;

/** An entry of a native menu; words are in the language of the window. */
export type MenuItem =
  | { readonly kind: 'separator' }
  | {
      readonly kind: 'command';
      /** Comes back as an event. */
      readonly id: string;
      readonly label: string;
      /** As Electron spells it: "CmdOrCtrl+Shift+S". Shown only: keys are the window's own business. */
      readonly keys: string | null;
      readonly isEnabled: boolean;
      /** Null for an entry that is not a switch. */
      readonly isChecked: boolean | null;
    }
  | { readonly kind: 'menu'; readonly label: string; readonly items: readonly MenuItem[] };

export const zMenuItem: z.ZodType<MenuItem> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('separator') }),
  z.object({
    kind: z.literal('command'),
    id: z.string().max(100),
    label: z.string().max(200),
    keys: z.string().max(100).nullable(),
    isEnabled: z.boolean(),
    isChecked: z.boolean().nullable(),
  }),
  z.object({
    kind: z.literal('menu'),
    label: z.string().max(200),
    get items() {
      return z.array(zMenuItem).max(200);
    },
  }),
]);

export const hostContract = {
  info: call.output(zHostInfo),
  watch: call.output(eventIterator(zShellEvent)),
  /** Lets a person choose a folder; null when they would rather not, or `can.chooseFolder` is false. */
  chooseFolder: call.input(z.object({ title: z.string().max(200) })).output(z.string().nullable()),
  /** The menu bar, where `can.nativeMenu`: sent again whenever words, keys or states change. */
  setMenu: call.input(z.object({ menus: z.array(zMenuItem).max(20) })),
  /** The title of the window; browsers set their own. */
  setTitle: call.input(z.object({ title: z.string().max(500) })),
};
