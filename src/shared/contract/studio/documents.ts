import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { zDocument } from '#shared/document/document';
import { zRect } from '#shared/document/geometry';
import { zCommit, zHistoryEvent, zHistoryNode, zNodeChanges } from '#shared/document/history-node';
import { zDocumentId, zLayerId, zNodeId } from '#shared/document/ids';
import { zPromptState } from '#shared/document/prompt-state';
import { call } from '../call.ts';
import { zStoredPicture } from './blob-urls.ts';
import { zHistoryState } from './history-state.ts';
import { watched, zWatch } from './watching.ts';

const zTitle = z.string().max(255);
const id = { id: zDocumentId };

/** What a list of documents shows. */
export const zDocumentSummary = z.object({
  ...id,
  title: zTitle,
  /** The step it is at. */
  node: zHistoryNode,
  stepCount: z.int().min(1),
  /** Milliseconds since 1970. */
  changedAtMs: z.number(),
});
export type DocumentSummary = z.infer<typeof zDocumentSummary>;

/** Whether a document can be changed here, and if not, why. */
export const zDocumentAccess = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('write') }),
  z.object({
    mode: z.literal('read'),
    because: z.enum(['open-elsewhere', 'folder-read-only', 'taken-over', 'closed']),
    /** Who writes it, where someone does: the name of a program, and its process. */
    owner: z.object({ purpose: z.string(), pid: z.int() }).nullable(),
  }),
]);
export type DocumentAccess = z.infer<typeof zDocumentAccess>;

export const zDocumentEvent = z.discriminatedUnion('kind', [
  /** The snapshot: the whole history, and the work as it is at the current step. */
  z.object({
    kind: z.literal('opened'),
    ...watched,
    history: zHistoryState,
    document: zDocument,
    access: zDocumentAccess,
    /** What opening found damaged and did about it, in English sentences. */
    problems: z.array(z.string()),
  }),
  /** Something that is on the disk now, whoever did it: `replay` takes it into the tree. One's own changes come back too. */
  z.object({ kind: z.literal('history'), ...watched, event: zHistoryEvent }),
  z.object({ kind: z.literal('access'), ...watched, access: zDocumentAccess }),
]);
export type DocumentEvent = z.infer<typeof zDocumentEvent>;

/** What of a document to make a picture of. */
export const zRenderSubject = z.discriminatedUnion('of', [
  /** Everything visible, blended. RGBA. */
  z.object({ of: z.literal('picture') }),
  /** One layer as it is placed, without the others: RGBA, or one channel for a mask. Outside its pixels it is empty. */
  z.object({ of: z.literal('layer'), layer: zLayerId }),
  /** One channel; 0 where nothing is selected. */
  z.object({ of: z.literal('selection') }),
]);

export const documentsContract = {
  /** Last changed first. */
  list: call.input(z.object({ trashed: z.boolean().default(false) })).output(z.array(zDocumentSummary)),
  /** Tells that the list is another one now: ask for it again. */
  watchList: call.output(eventIterator(z.object({ kind: z.literal('changed') }))),
  /** A new document of what is given, with a history of one step. */
  create: call.input(z.object({ title: zTitle, document: zDocument })).output(z.object(id)),
  /** A copy with all its history. */
  duplicate: call.input(z.object(id)).output(z.object(id)),
  /**
   * Opens a document for as long as somebody watches, and notes it as recently used. One program may write it at a time:
   * `access` says whether this one does.
   */
  watch: call.input(zWatch.extend(id)).output(eventIterator(zDocumentEvent)),
  /** The work as it was at a step. */
  document: call.input(z.object({ ...id, node: zNodeId })).output(zDocument),
  /**
   * Adds a step and goes there. Resolves when it is on the disk. Pixels it names must have been put before.
   * Its parent may be any node: not the current one makes a branch.
   */
  commit: call.input(z.object({ ...id, commit: zCommit })),
  /** Goes to a step. */
  go: call.input(z.object({ ...id, node: zNodeId })),
  /** Goes to the step before; null, and nothing happens, at the first. */
  undo: call.input(z.object(id)).output(zNodeId.nullable()),
  /** Goes where one came from, else to the newest branch; null at the end. */
  redo: call.input(z.object(id)).output(zNodeId.nullable()),
  /** Names, pins or marks a step, or gives it a thumbnail. */
  change: call.input(z.object({ ...id, node: zNodeId, changes: zNodeChanges })),
  /** Marks what the model made below a step as out of date. */
  markStaleBelow: call.input(z.object({ ...id, node: zNodeId })),
  /** Keeps what is in the prompt bar and in no step yet; null when it is as in the current step. */
  saveDraft: call.input(z.object({ ...id, prompt: zPromptState.nullable() })),
  rename: call.input(z.object({ ...id, title: zTitle })),
  /** Moves a document to the trash. @throws `document-busy` while somebody watches it */
  remove: call.input(z.object(id)),
  restore: call.input(z.object(id)),
  /** Deletes a document in the trash for good. */
  purge: call.input(z.object(id)),
  /**
   * Makes a PNG of a step, for a job to start from, a thumbnail, or the clipboard; it is stored as a blob. Blended by the
   * same code as exports.
   */
  render: call
    .input(
      z.object({
        ...id,
        /** Null is the current step. */
        node: zNodeId.nullable().default(null),
        subject: zRenderSubject.prefault({ of: 'picture' }),
        /** In document pixels; null is the whole frame. What lies outside the frame is empty. */
        region: zRect.nullable().default(null),
        /** Longest side of the result; larger ones are scaled down. Null keeps the size. */
        maxSide: z.int().min(16).nullable().default(null),
      }),
    )
    .output(zStoredPicture),
};
