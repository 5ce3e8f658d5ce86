/** @file What a scene's words may name, as targets for the refiner; what a prompt leaves out can only be guessed. */
import type { Scene } from '../../data/scene/scene.ts';
import { colorIds } from '../../data/vocabulary/colors.ts';
import { objects } from '../../data/vocabulary/objects.ts';
import { styleIds } from '../../data/vocabulary/styles.ts';
import { hostTensor, type HostTensor } from '../../runtime.ts';
import { labelIndices } from './things.ts';

/** Classes of each question about a scene: which objects, on a ground of which colour (or none), in which style. */
export const namedClasses = {
  objects: objects.length,
  ground: colorIds.length + 1,
  style: styleIds.length,
} as const;
export type NamedQuestion = keyof typeof namedClasses;
export const namedQuestions = Object.keys(namedClasses) as readonly NamedQuestion[];

/** Inputs objects, ground and style: f32[batch, classes], each row adding up to 1, or all 0 where the words were dropped. */
export function namedInputs(
  scenes: readonly Scene[],
  isDropped: (sample: number) => boolean,
): Record<NamedQuestion, HostTensor> {
  const targets = Object.fromEntries(
    namedQuestions.map((question) => [question, new Float32Array(scenes.length * namedClasses[question])]),
  ) as Record<NamedQuestion, Float32Array<ArrayBuffer>>;
  for (const [sample, { sprites, background, style }] of scenes.entries()) {
    if (isDropped(sample)) continue;
    for (const { object } of sprites) {
      targets.objects[sample * namedClasses.objects + labelIndices.thing(object)]! += 1 / sprites.length;
    }
    const color = background.kind === 'plain' ? background.color.color : null;
    targets.ground[sample * namedClasses.ground + labelIndices.color(color)] = 1;
    targets.style[sample * namedClasses.style + styleIds.indexOf(style)] = 1;
  }
  const tensorOf = (question: NamedQuestion) =>
    hostTensor('f32', [scenes.length, namedClasses[question]], targets[question]);
  return { objects: tensorOf('objects'), ground: tensorOf('ground'), style: tensorOf('style') };
}
