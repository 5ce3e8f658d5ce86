import { z } from 'zod';

import { zBlobName, zJobRequest } from '#shared/contract/job-request';
import { zDocument } from './document.ts';
import { zNodeId } from './ids.ts';
import { zPromptState } from './prompt-state.ts';
import { zStepLabel } from './step-label.ts';

/** What kind of step led to a node; decides its icon and which steps a filter shows. */
export const zStepKind = z.enum([
  'start',
  'import',
  'paint',
  'mask',
  'selection',
  'layer',
  'transform',
  'merge',
  'resize',
  'prompt',
  'generate',
  'edit',
  'inpaint',
  'outpaint',
  'control',
]);
export type StepKind = z.infer<typeof zStepKind>;

/** What may change about a node after the step; the rest is fixed. */
const changeable = {
  thumbnail: zBlobName.nullable(),
  /** Given by the user. */
  name: z.string().max(255).nullable(),
  pinned: z.boolean(),
  /** Made from something that has been changed since, so it would come out differently now. */
  stale: z.boolean(),
};

/** One step in the tree, without the document it led to: that is read when somebody goes there. */
export const zHistoryNode = z
  .strictObject({
    id: zNodeId,
    /** Null for the first node alone. */
    parent: zNodeId.nullable(),
    label: zStepLabel,
    kind: zStepKind,
    /** Milliseconds since 1970 by the clock of the time; order comes from the tree, never from this. */
    createdAt: z.int(),
    /** What the model was asked, for steps it made. */
    recipe: zJobRequest.nullable(),
    ...changeable,
  })
  .readonly();
export type HistoryNode = z.infer<typeof zHistoryNode>;

export const zNodeChanges = z
  .strictObject({
    thumbnail: z.exactOptional(changeable.thumbnail),
    name: z.exactOptional(changeable.name),
    pinned: z.exactOptional(changeable.pinned),
    stale: z.exactOptional(changeable.stale),
  })
  .readonly();
export type NodeChanges = z.infer<typeof zNodeChanges>;

/**
 * What can happen to a history. The journal of a document is a list of these, and a tree is what comes of replaying it.
 */
export const zHistoryEvent = z.discriminatedUnion('type', [
  /** A step: adds a node and goes there. */
  z.strictObject({ type: z.literal('commit'), node: zHistoryNode }).readonly(),
  /** Undo, redo, or a click somewhere in the tree. */
  z.strictObject({ type: z.literal('go'), node: zNodeId }).readonly(),
  z.strictObject({ type: z.literal('change'), node: zNodeId, changes: zNodeChanges }).readonly(),
  /** What is in the prompt bar and in no node yet, so that not even half a sentence is lost; null clears it. */
  z.strictObject({ type: z.literal('draft'), prompt: zPromptState.nullable() }).readonly(),
  z.strictObject({ type: z.literal('title'), title: z.string().max(255) }).readonly(),
]);
export type HistoryEvent = z.infer<typeof zHistoryEvent>;

/** A step as it is handed in: the node, and the document it led to. */
export const zCommit = z.strictObject({ node: zHistoryNode, document: zDocument }).readonly();
export type Commit = z.infer<typeof zCommit>;
