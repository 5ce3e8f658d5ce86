import { describe, expect, it } from 'vitest';
import { combinationKinds, combinationsOf, heldOutIn, isHeldOut } from './held-out.ts';
import { createRng } from './random.ts';
import { planSample, scenesOf } from './samples/plan-sample.ts';
import { sampleKinds } from './samples/sample-plan.ts';
import { curricula } from './scene/curriculum.ts';
import { sampleScene } from './scene/sample-scene.ts';

describe('the held-out split', () => {
  it('keeps held-out combinations out of everything that training draws', { timeout: 30_000 }, () => {
    const leaks = sampleKinds.flatMap((kind) =>
      Array.from({ length: 120 }, (_, index) => {
        const curriculum = index % 2 === 0 ? curricula.placed : curricula.scenes;
        const plan = planSample(createRng(11, kind, index), { kind, curriculum, split: 'training' });
        return scenesOf(plan).flatMap(heldOutIn);
      }).flat(),
    );
    expect(leaks).toEqual([]);
  });

  it('holds out a small part of every kind of combination, so most of each is learned', () => {
    const seen = new Map(combinationKinds.map((kind) => [kind, new Map<string, boolean>()]));
    for (let index = 0; index < 6000; index++) {
      for (const combination of combinationsOf(sampleScene(createRng(12, index), curricula.scenes))) {
        seen.get(combination.kind)!.set(combination.name, isHeldOut(combination));
      }
    }
    const summary = Array.from(seen, ([kind, names]) => {
      const share = [...names.values()].filter(Boolean).length / names.size;
      return { kind, manySeen: names.size > 200, fewHeldOut: share > 0.04 && share < 0.2 };
    });
    expect(summary).toEqual(combinationKinds.map((kind) => ({ kind, manySeen: true, fewHeldOut: true })));
  });

  it('names a combination the same from either side', () => {
    const scene = sampleScene(createRng(13), curricula.placed, {
      layout: 'beside',
      objects: ['cat', 'dog'],
      paints: [null, null],
    });
    const swapped = { ...scene, sprites: scene.sprites.toReversed() };
    expect(new Set(combinationsOf(scene).map(({ name }) => name))).toEqual(
      new Set(combinationsOf(swapped).map(({ name }) => name)),
    );
    expect(combinationsOf(scene)).toContainEqual({ kind: 'pair', name: 'cat / dog' });
    expect(combinationsOf(scene)).toContainEqual({ kind: 'position', name: 'cat / left of / dog' });
  });

  it('stays as it is: models were trained on it', () => {
    const names = ['cat / dog', 'apple / car', 'fish / tree', 'bell / key', 'bear / owl', 'pear / pig', 'cat / star'];
    expect(names.map((name) => isHeldOut({ kind: 'pair', name }))).toMatchInlineSnapshot(`
      [
        false,
        false,
        true,
        false,
        false,
        false,
        false,
      ]
    `);
  });
});
