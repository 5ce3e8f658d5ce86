import { defined } from '#base/assert';

import type { PlacedSprite, Scene } from '../../data/scene/scene.ts';
import { colorOf } from '../../data/scene/facts.ts';
import { colorIds, type ColorId } from '../../data/vocabulary/colors.ts';
import { objects } from '../../data/vocabulary/objects.ts';
import { hostTensor, type HostTensor } from '../../runtime.ts';

/** Classes of what may stand at a place: the vocabulary's objects, then nothing. */
export const THING_COUNT = objects.length + 1;
/** The colours, then none that has a name. */
export const COLOR_COUNT = colorIds.length + 1;

/** A sprite counts where a place's centre is this part of its size from its own. */
const REACH = 0.42;

const indexOfObject = new Map(objects.map(({ id }, index) => [id, index]));

/** Between names and the indices of classes. */
export const labelIndices = {
  nothing: objects.length,
  colorless: colorIds.length,
  thing: (object: string): number => defined(indexOfObject.get(object), object),
  color: (color: ColorId | null): number => (color ? colorIds.indexOf(color) : colorIds.length),
  objectAt: (index: number): string => defined(objects[index], `object ${index}`).id,
  colorAt: (index: number): ColorId | null => colorIds[index] ?? null,
};

export interface ThingLabels {
  readonly things: number[];
  readonly colors: number[];
}

/** What stands in front at the centre of every cell of a grid over a scene, in reading order. */
function thingsIn(scene: Scene, rows: number, columns: number): ThingLabels {
  const things: number[] = [];
  const colors: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = ((column + 0.5) / columns) * scene.frame.width;
      const y = ((row + 0.5) / rows) * scene.frame.height;
      const sprite = scene.sprites.findLast((one) => covers(one, x, y));
      things.push(sprite ? labelIndices.thing(sprite.object) : labelIndices.nothing);
      colors.push(labelIndices.color(sprite ? colorOf(sprite, scene.style) : null));
    }
  }
  return { things, colors };
}

/** Inputs things and colors: i64[scenes · rows · columns], each scene's places in reading order. */
export function thingInputs(
  scenes: readonly Scene[],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Record<keyof ThingLabels, HostTensor> {
  const labels = scenes.map((scene) => thingsIn(scene, rows, columns));
  const ids = (values: readonly number[]) => hostTensor('i64', [values.length], BigInt64Array.from(values, BigInt));
  return { things: ids(labels.flatMap(({ things }) => things)), colors: ids(labels.flatMap(({ colors }) => colors)) };
}

function covers(sprite: PlacedSprite, x: number, y: number): boolean {
  return Math.hypot(x - sprite.x, y - sprite.y) < REACH * sprite.size;
}
