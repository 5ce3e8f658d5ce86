import type { JobRequest } from '#shared/contract/job-request';
import type { HistoryNode } from '#shared/document/history-node';
import type { NodeId } from '#shared/document/ids';
import { promptOfRequest } from '#shared/document/prompt-from-recipe';

import type { Studio } from '../app/studio.ts';
import type { DocumentSession, SessionState } from '../session/document-session.ts';

/** A step that is to be made once more, from the same pictures, with other words or numbers. */
export interface Rerun {
  readonly node: HistoryNode;
  readonly recipe: Exclude<JobRequest, { kind: 'describe' }>;
  /** Where the new version will stand. */
  readonly parent: NodeId;
}

/** What of a step can be made once more; null for steps that no model made. */
export function rerunOf(node: HistoryNode | undefined): Rerun | null {
  if (!node?.recipe || node.recipe.kind === 'describe' || node.parent === null) return null;
  return { node, recipe: node.recipe, parent: node.parent };
}

/** What the prompt bar will make once more, as long as it is set to the task of that step. */
export function rerunIn(step: NodeId | null, { tree, prompt }: Pick<SessionState, 'tree' | 'prompt'>): Rerun | null {
  const rerun = step && rerunOf(tree.nodes.get(step));
  return rerun && prompt.task === rerun.recipe.kind ? rerun : null;
}

/** Sets the prompt bar as it was for a step, to be changed and run again. */
export function beginRerun({ view }: Studio, session: DocumentSession, { node, recipe }: Rerun): void {
  session.setPrompt(promptOfRequest(recipe, session.store.getState().prompt));
  view.setState({ rerun: node.id });
}
