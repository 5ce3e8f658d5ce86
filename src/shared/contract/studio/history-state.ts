import { z } from 'zod';

import { zHistoryNode } from '#shared/document/history-node';
import type { HistoryTree } from '#shared/document/history-tree';
import { zNodeId, type NodeId } from '#shared/document/ids';
import { zPromptState } from '#shared/document/prompt-state';

/** A history as it travels. */
export const zHistoryState = z.object({
  title: z.string(),
  /** In the order in which they were made: a parent before its children, the root first. */
  nodes: z.array(zHistoryNode),
  current: zNodeId.nullable(),
  /** The child that redo goes to, for each node that was ever left through one. */
  preferred: z.array(z.tuple([zNodeId, zNodeId])),
  draft: zPromptState.nullable(),
});
export type HistoryState = z.infer<typeof zHistoryState>;

export function historyState({ title, nodes, current, preferred, draft }: HistoryTree): HistoryState {
  return { title, nodes: [...nodes.values()], current, preferred: [...preferred], draft };
}

/** The tree that `replay` goes on from. */
export function historyTree({ title, nodes, current, preferred, draft }: HistoryState): HistoryTree {
  const children = new Map<NodeId, NodeId[]>();
  for (const { id, parent } of nodes) {
    if (parent === null) continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(id);
    else children.set(parent, [id]);
  }
  return Object.freeze({
    title,
    nodes: new Map(nodes.map((node) => [node.id, node])),
    children,
    root: nodes[0]?.id ?? null,
    current,
    preferred: new Map(preferred),
    draft,
  });
}
