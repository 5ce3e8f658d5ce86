import { describe, expect, it } from 'vitest';
import { heldOutIn } from '../held-out.ts';
import { colorOf } from '../scene/facts.ts';
import type { Scene } from '../scene/scene.ts';
import { editTests, generationCategories, generationTests, questionTests } from './tests.ts';
import { type Detection, type Wanted, standsSo, verdict } from './wanted.ts';

/** What a perfect detector sees. */
const seen = ({ sprites, style }: Scene): Detection[] =>
  sprites.map((sprite) => ({
    object: sprite.object,
    color: colorOf(sprite, style),
    box: { x: sprite.x - sprite.size / 2, y: sprite.y - sprite.size / 2, width: sprite.size, height: sprite.size },
  }));

describe('evaluation sets', () => {
  const tests = generationTests(25);

  it('ask for what training never showed, in every category', () => {
    expect(tests).toHaveLength(25 * generationCategories.length);
    expect(tests.filter(({ example }) => heldOutIn(example).length === 0)).toEqual([]);
    expect(new Set(tests.map(({ prompt }) => prompt)).size).toBeGreaterThan(140);
    expect(generationTests(25)).toEqual(tests);
    expect(generationTests(3, { seed: 1 })[0]).not.toEqual(tests[0]);
  });

  it('are passed by their example, and not by the example of another', () => {
    expect(tests.filter(({ wanted, example }) => !verdict(wanted, seen(example)).met)).toEqual([]);
    const crossed = tests.filter(
      ({ wanted }, index) => verdict(wanted, seen(tests[(index + 7) % tests.length]!.example)).met,
    );
    expect(crossed.length).toBeLessThan(5);
  });

  it('have edits of every kind whose targets are right and whose sources are not', () => {
    const edits = editTests(6);
    expect(edits.filter(({ wanted, plan }) => !verdict(wanted, seen(plan.target)).met)).toEqual([]);
    expect(edits.filter(({ plan }) => heldOutIn(plan.target).length === 0)).toEqual([]);
    const told = edits.filter(({ plan }) => ['add', 'remove', 'replace'].includes(plan.kind));
    expect(told.filter(({ wanted, plan }) => verdict(wanted, seen(plan.source.scene)).met)).toEqual([]);
  });

  it('have questions of every kind', () => {
    const questions = questionTests(4);
    expect(new Set(questions.map(({ kind }) => kind)).size).toBe(9);
    expect(questions.filter(({ picture }) => heldOutIn(picture).length === 0)).toEqual([]);
  });
});

describe('a verdict', () => {
  const at = (object: string, x: number, y: number, color: Detection['color'] = null): Detection => ({
    object,
    color,
    box: { x, y, width: 10, height: 10 },
  });
  const wants = (wanted: Partial<Wanted>): Wanted => ({ objects: [], ...wanted });

  it('counts exactly only where a number was asked for', () => {
    const two = (exactly: boolean) => wants({ objects: [{ object: 'cat', count: 2, exactly }] });
    const three = [at('cat', 0, 0), at('cat', 20, 0), at('cat', 40, 0)];
    expect(verdict(two(true), three)).toEqual({ met: false, reason: '3 × cat instead of 2' });
    expect(verdict(two(false), three)).toEqual({ met: true });
  });

  it('binds colours to objects', () => {
    const wanted = wants({
      objects: [
        { object: 'cat', count: 1, exactly: false, color: 'red' },
        { object: 'dog', count: 1, exactly: false, color: 'blue' },
      ],
    });
    expect(verdict(wanted, [at('cat', 0, 0, 'red'), at('dog', 20, 0, 'blue')]).met).toBe(true);
    expect(verdict(wanted, [at('cat', 0, 0, 'blue'), at('dog', 20, 0, 'red')])).toEqual({
      met: false,
      reason: '0 × red cat instead of 1',
    });
  });

  it('sees what should be gone', () => {
    expect(verdict(wants({ absent: ['dog'] }), [at('dog', 0, 0)])).toEqual({ met: false, reason: 'dog is there' });
  });

  it('judges positions by the larger offset of the centres', () => {
    const box = (x: number, y: number) => ({ x, y, width: 10, height: 10 });
    expect(standsSo(box(0, 0), 'left of', box(20, 5))).toBe(true);
    expect(standsSo(box(0, 0), 'above', box(20, 5))).toBe(false);
    expect(standsSo(box(0, 0), 'left of', box(1, 0))).toBe(false);
    expect(standsSo(box(0, 20), 'below', box(0, 0))).toBe(true);
    expect(standsSo(box(0, 0), 'in front of', box(5, 5))).toBe(true);
    expect(standsSo(box(0, 0), 'in front of', box(15, 0))).toBe(false);
  });
});
