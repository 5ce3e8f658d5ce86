import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { buildNode, buildRequest } from '#testing/library-builders';
import { zHistoryEvent, type HistoryEvent, type HistoryNode } from './history-node.ts';
import {
  commonAncestor,
  descendantsOf,
  emptyHistory,
  nodeReferences,
  pathTo,
  redoTarget,
  replay,
  solidPath,
  staleBelow,
  undoTarget,
  type HistoryTree,
} from './history-tree.ts';
import { zNodeId } from './ids.ts';
import { defaultPromptState } from './prompt-state.ts';

const id = (text: string) => zNodeId.parse(text);
const commit = (name: string, parent: string | null, more: Partial<HistoryNode> = {}): HistoryEvent => ({
  type: 'commit',
  node: buildNode(name, parent, more),
});
const go = (name: string): HistoryEvent => ({ type: 'go', node: id(name) });

//        ┌ b ─ c
// root ─ a
//        └ d ─ e
const branched = replay(emptyHistory, [
  commit('root', null),
  commit('a', 'root'),
  commit('b', 'a'),
  commit('c', 'b'),
  go('a'),
  commit('d', 'a'),
  commit('e', 'd'),
]);

const undo = (tree: HistoryTree) => replay(tree, [{ type: 'go', node: undoTarget(tree)! }]);
const redo = (tree: HistoryTree) => replay(tree, [{ type: 'go', node: redoTarget(tree)! }]);

describe('a history', () => {
  it('makes a branch when one goes back and does something else, and drops nothing', () => {
    expect([...branched.nodes.keys()]).toEqual(['root', 'a', 'b', 'c', 'd', 'e']);
    expect(branched.children.get(id('a'))).toEqual(['b', 'd']);
    expect(branched.current).toBe('e');
    expect(descendantsOf(branched, id('a')).sort()).toEqual(['b', 'c', 'd', 'e']);
    expect(commonAncestor(branched, id('c'), id('e'))).toBe('a');
  });

  it('undoes and redoes along the way one came', () => {
    const atRoot = undo(undo(undo(branched)));
    expect(atRoot.current).toBe('root');
    expect(undoTarget(atRoot)).toBeNull();
    expect(redo(redo(redo(atRoot))).current).toBe('e');
    expect(redoTarget(branched)).toBeNull();

    const throughB = replay(branched, [go('b')]);
    expect(redo(throughB).current).toBe('c');
    expect(redo(redo(undo(undo(throughB)))).current).toBe('b');
    expect(solidPath(throughB)).toEqual(['root', 'a', 'b', 'c']);
  });

  it('takes the newest branch where one has not been since', () => {
    const tree = replay(emptyHistory, [commit('root', null), commit('a', 'root'), go('root'), commit('b', 'root')]);
    expect(redoTarget(replay(tree, [go('root')]))).toBe('b');
    expect(redoTarget(replay(tree, [go('a'), go('root')]))).toBe('a');
  });

  it('lets a result come in elsewhere while the user is working, and goes there', () => {
    const tree = replay(branched, [commit('late', 'c')]);
    expect(tree.current).toBe('late');
    expect(pathTo(tree, id('late'))).toEqual(['root', 'a', 'b', 'c', 'late']);
    expect(solidPath(undo(undo(tree)))).toEqual(['root', 'a', 'b', 'c', 'late']);
  });

  it('keeps what is half typed until the next step', () => {
    const prompt = { ...defaultPromptState, prompt: 'a brass la' };
    const typing = replay(branched, [{ type: 'draft', prompt }]);
    expect(typing.draft).toEqual(prompt);
    expect(replay(typing, [commit('f', 'e')]).draft).toBeNull();
    expect(replay(typing, [go('a')]).draft).toBeNull();
  });

  it('marks what the model made below a changed step as out of date, and names what it holds on to', () => {
    const image = 'ab'.repeat(32);
    const recipe = buildRequest('warmer', { kind: 'edit', image });
    const tree = replay(branched, [commit('made', 'c', { recipe })]);
    const stale = replay(tree, staleBelow(tree, id('a')));
    expect([...stale.nodes.values()].filter((each) => each.stale).map((each) => each.id)).toEqual(['made']);
    expect(nodeReferences(stale.nodes.get(id('made'))!)).toEqual([image]);
    expect(staleBelow(stale, id('a'))).toEqual([]);
  });

  it.each([
    ['a parent that is not there', commit('x', 'nowhere')],
    ['a second beginning', commit('x', null)],
    ['a node twice', commit('a', 'root')],
    ['a way to nowhere', go('nowhere')],
  ])('refuses %s', (_, event) => {
    expect(() => replay(branched, [event])).toThrow(expect.objectContaining({ code: 'history-broken' }));
    expect(branched.nodes.size).toBe(6);
  });

  it('is the same whether it is replayed at once or event by event, and its way back is always open', () => {
    const scripts = fc.array(fc.record({ jump: fc.boolean(), to: fc.nat(100) }), { maxLength: 40 });
    fc.assert(
      fc.property(scripts, (script) => {
        const events: HistoryEvent[] = [commit('n0', null)];
        let tree = replay(emptyHistory, events);
        for (const { jump, to } of script) {
          const names = [...tree.nodes.keys()];
          const target = names[to % names.length]!;
          const event = jump ? go(target) : commit(`n${names.length}`, tree.current);
          events.push(event);
          tree = replay(tree, [event]);
          const path = pathTo(tree, tree.current!);
          expect(solidPath(tree).slice(0, path.length)).toEqual(path);
          for (const [at, child] of path.slice(1).entries()) expect(tree.preferred.get(path[at]!)).toBe(child);
        }
        expect(replay(emptyHistory, events)).toEqual(tree);
        expect(zHistoryEvent.array().parse(JSON.parse(JSON.stringify(events)))).toEqual(events);
      }),
    );
  });
});
