import { assertNever, defined } from '#base/assert';
import { AppError } from '#base/app-error';
import type { BlobName, JobRequest } from '#shared/contract/job-request';
import type { HistoryEvent, HistoryNode } from './history-node.ts';
import type { NodeId } from './ids.ts';
import { promptReferences, type PromptState } from './prompt-state.ts';

/** All steps ever made in a document, and where the user is among them. Nothing is ever dropped from it. */
export interface HistoryTree {
  readonly title: string;
  readonly nodes: ReadonlyMap<NodeId, HistoryNode>;
  /** Newest last, for each node that has children. */
  readonly children: ReadonlyMap<NodeId, readonly NodeId[]>;
  /** Null only before the first commit. */
  readonly root: NodeId | null;
  readonly current: NodeId | null;
  /** The child one last came through, for each node: where redo goes. The path to `current` is always in it. */
  readonly preferred: ReadonlyMap<NodeId, NodeId>;
  readonly draft: PromptState | null;
}

export const emptyHistory: HistoryTree = Object.freeze({
  title: '',
  nodes: new Map(),
  children: new Map(),
  root: null,
  current: null,
  preferred: new Map(),
  draft: null,
});

/**
 * The tree after some events. A table is copied once for all of them, and only if one changes it: replaying a
 * long journal is linear, and undo copies nothing.
 * @throws AppError `history-broken` when an event speaks of a node that is not there, or adds one that is.
 */
export function replay(tree: HistoryTree, events: Iterable<HistoryEvent>): HistoryTree {
  const next: Draft = {
    ...tree,
    nodes: new LazyCopy(tree.nodes),
    children: new LazyCopy(tree.children),
    preferred: new LazyCopy(tree.preferred),
  };
  for (const event of events) applyEvent(next, event);
  const { nodes, children, preferred } = next;
  return Object.freeze({ ...next, nodes: nodes.table, children: children.table, preferred: preferred.table });
}

/** Where undo goes, or null at the beginning. */
export function undoTarget(tree: HistoryTree): NodeId | null {
  return tree.current === null ? null : defined(tree.nodes.get(tree.current)).parent;
}

/** Where redo goes: the way one came, else the newest branch; null at the end of a branch. */
export function redoTarget(tree: HistoryTree): NodeId | null {
  if (tree.current === null) return null;
  return tree.preferred.get(tree.current) ?? tree.children.get(tree.current)?.at(-1) ?? null;
}

/** From the first node to this one, both included. */
export function pathTo(tree: HistoryTree, id: NodeId): NodeId[] {
  const path: NodeId[] = [];
  for (let at: NodeId | null = id; at !== null; at = nodeOf(tree, at).parent) path.push(at);
  return path.reverse();
}

/** From the first node through the current one to where redo ends: the solid line of the panel. */
export function solidPath(tree: HistoryTree): NodeId[] {
  if (tree.current === null) return [];
  const path = pathTo(tree, tree.current);
  let at = redoTarget(tree);
  while (at !== null) {
    path.push(at);
    at = tree.preferred.get(at) ?? tree.children.get(at)?.at(-1) ?? null;
  }
  return path;
}

/** All nodes below this one. */
export function descendantsOf(tree: HistoryTree, id: NodeId): NodeId[] {
  const found: NodeId[] = [];
  const pending = [...(tree.children.get(id) ?? [])];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    found.push(at);
    pending.push(...(tree.children.get(at) ?? []));
  }
  return found;
}

/** The last node that both have behind them: what to compare two branches from. */
export function commonAncestor(tree: HistoryTree, one: NodeId, other: NodeId): NodeId {
  const behindOne = new Set(pathTo(tree, one));
  return defined(pathTo(tree, other).findLast((id) => behindOne.has(id)));
}

/** The events that mark everything the model made below a node as out of date. */
export function staleBelow(tree: HistoryTree, id: NodeId): HistoryEvent[] {
  return descendantsOf(tree, id)
    .map((below) => nodeOf(tree, below))
    .filter((node) => node.recipe !== null && !node.stale)
    .map((node) => ({ type: 'change', node: node.id, changes: { stale: true } }));
}

/** Pictures a node holds on to besides its document: its thumbnail and what its recipe was made from. */
export function nodeReferences(node: HistoryNode): BlobName[] {
  const fromRecipe = node.recipe === null ? [] : requestReferences(node.recipe);
  return node.thumbnail === null ? fromRecipe : [node.thumbnail, ...fromRecipe];
}

/** Pictures an event holds on to, apart from those in the document of a commit. */
export function eventReferences(event: HistoryEvent): BlobName[] {
  switch (event.type) {
    case 'commit':
      return nodeReferences(event.node);
    case 'change':
      return event.changes.thumbnail ? [event.changes.thumbnail] : [];
    case 'draft':
      return event.prompt ? promptReferences(event.prompt) : [];
    case 'go':
    case 'title':
      return [];
    default:
      return assertNever(event);
  }
}

/** The pictures that go into a job. */
export function requestReferences(request: JobRequest): BlobName[] {
  switch (request.kind) {
    case 'generate':
      return [...request.references];
    case 'edit':
    case 'outpaint':
    case 'control':
      return [request.image, ...request.references];
    case 'inpaint':
      return [request.image, request.mask, ...request.references];
    case 'describe':
      return [...request.images];
    default:
      return assertNever(request);
  }
}

export function nodeOf(
  tree: { readonly nodes: { get(id: NodeId): HistoryNode | undefined } },
  id: NodeId,
): HistoryNode {
  const node = tree.nodes.get(id);
  if (!node) throw broken(`node ${id} is missing`);
  return node;
}

/** A tree under construction, for one `replay` call. */
interface Draft {
  title: string;
  readonly nodes: LazyCopy<HistoryNode>;
  readonly children: LazyCopy<readonly NodeId[]>;
  root: NodeId | null;
  current: NodeId | null;
  readonly preferred: LazyCopy<NodeId>;
  draft: PromptState | null;
}

/** A table that is copied when it is changed for the first time. */
class LazyCopy<Value> {
  #table: ReadonlyMap<NodeId, Value>;
  #copy: Map<NodeId, Value> | undefined;

  constructor(table: ReadonlyMap<NodeId, Value>) {
    this.#table = table;
  }

  get table(): ReadonlyMap<NodeId, Value> {
    return this.#copy ?? this.#table;
  }

  get(key: NodeId): Value | undefined {
    return this.table.get(key);
  }

  set(key: NodeId, value: Value): void {
    this.#copy ??= new Map(this.#table);
    this.#copy.set(key, value);
  }
}

function applyEvent(tree: Draft, event: HistoryEvent): void {
  switch (event.type) {
    case 'commit':
      return addNode(tree, event.node);
    case 'go':
      tree.draft = null;
      return go(tree, event.node);
    case 'change':
      tree.nodes.set(event.node, Object.freeze({ ...nodeOf(tree, event.node), ...event.changes }));
      return undefined;
    case 'draft':
      tree.draft = event.prompt;
      return undefined;
    case 'title':
      tree.title = event.title;
      return undefined;
    default:
      return assertNever(event);
  }
}

function addNode(tree: Draft, node: HistoryNode): void {
  if (tree.nodes.get(node.id)) throw broken(`node ${node.id} is there already`);
  if ((node.parent === null) !== (tree.root === null)) throw broken(`node ${node.id} has no place`);
  tree.nodes.set(node.id, node);
  tree.draft = null;
  if (node.parent === null) {
    tree.root = node.id;
    tree.current = node.id;
    return;
  }
  nodeOf(tree, node.parent);
  tree.children.set(node.parent, [...(tree.children.get(node.parent) ?? []), node.id]);
  go(tree, node.id);
}

function go(tree: Draft, target: NodeId): void {
  const { parent } = nodeOf(tree, target);
  const isUndo = tree.current !== null && nodeOf(tree, tree.current).parent === target;
  const isStep = parent === tree.current;
  // The path to `current` is already preferred, so a single step up or down need not walk to the root.
  if (!isUndo) {
    let child = target;
    for (let at = parent; at !== null; at = nodeOf(tree, at).parent) {
      tree.preferred.set(at, child);
      if (isStep) break;
      child = at;
    }
  }
  tree.current = target;
}

function broken(problem: string): AppError {
  return new AppError('history-broken', `The history does not fit together (${problem}): reopen the document.`, {
    data: { problem },
  });
}
