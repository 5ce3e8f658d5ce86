import { expect, it } from 'vitest';

import type { Scene } from '../../data/scene/scene.ts';
import { namedColor } from '../../data/vocabulary/colors.ts';
import { labelIndices, thingInputs } from './things.ts';

const sprite = { size: 0.5, rotation: 0, flipped: false };
const ground = { kind: 'plain', color: namedColor('white') } as const;
const catLeftOfApple: Scene = {
  frame: { width: 1, height: 1 },
  style: 'noto',
  background: ground,
  sprites: [
    { ...sprite, object: 'cat', x: 0.25, y: 0.5 },
    { ...sprite, object: 'apple', paint: namedColor('blue'), x: 0.75, y: 0.5 },
  ],
};
const nothing: Scene = { ...catLeftOfApple, sprites: [] };

it('says of every place of every scene what stands there, and in which colour', () => {
  const { things, colors } = thingInputs([catLeftOfApple, nothing], { rows: 4, columns: 4 });
  const [cat, apple, none] = [labelIndices.thing('cat'), labelIndices.thing('apple'), labelIndices.nothing];
  const places = Array.from(things.data as BigInt64Array, Number);
  const rows = [0, 1, 2, 3].map((row) => places.slice(4 * row, 4 * row + 4));
  const empty = [none, none, none, none];
  const middle = [cat, cat, apple, apple];
  expect(rows).toEqual([empty, middle, middle, empty]);
  expect(new Set(places.slice(16))).toEqual(new Set([none]));
  const colorAt = (place: number) => labelIndices.colorAt(Number((colors.data as BigInt64Array)[place]));
  expect([colorAt(0), colorAt(6)]).toEqual([null, 'blue']);
});
