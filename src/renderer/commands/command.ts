import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';

/** Where a command stands in menus and in the overview of keys. */
export const commandGroups = ['file', 'edit', 'select', 'layer', 'view', 'tool', 'prompt', 'window'] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** Why a command can do nothing now; its words are `commands:refusal.…`. */
export type CommandRefusal =
  | 'no-document'
  | 'read-only'
  | 'nothing-to-undo'
  | 'nothing-to-redo'
  | 'no-layer'
  | 'nothing-to-merge'
  | 'no-candidate'
  | 'no-picture'
  | 'no-recipe';

/**
 * One thing the studio can do. The palette, the menus, the keys and their overview are all made of the same list; its words
 * are `commands:ID`.
 */
export interface Command {
  readonly id: string;
  readonly group: CommandGroup;
  /** As tinykeys spells them; the first is shown. `$mod` is Command on a Mac, Control elsewhere. */
  readonly keys: readonly string[];
  /** The system itself calls it by these, and they stay with it: they are shown, and never listened to. */
  readonly fixedKeys?: string;
  /** What it would work on, where that is good to know beforehand: the step that undo takes back. */
  about?(studio: Studio): string | null;
  /** Null when it can run. */
  refuse(studio: Studio): CommandRefusal | null;
  run(studio: Studio): void | Promise<unknown>;
}

/** A command that works on the document in front. */
export function onDocument(
  id: string,
  group: CommandGroup,
  keys: readonly string[],
  run: (session: DocumentSession, studio: Studio) => void | Promise<unknown>,
  refuse: (session: DocumentSession, studio: Studio) => CommandRefusal | null = () => null,
): Command {
  return {
    id,
    group,
    keys,
    refuse: (studio) => {
      const { session } = studio.workspace;
      return session ? refuse(session, studio) : 'no-document';
    },
    run: (studio) => {
      const { session } = studio.workspace;
      return session ? run(session, studio) : undefined;
    },
  };
}

export function always(
  id: string,
  group: CommandGroup,
  keys: readonly string[],
  run: (studio: Studio) => void | Promise<unknown>,
): Command {
  return { id, group, keys, refuse: () => null, run };
}
