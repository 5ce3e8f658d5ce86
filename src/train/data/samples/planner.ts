import type { Language } from '../language/language.ts';
import type { Rng } from '../random.ts';
import type { Curriculum } from '../scene/curriculum.ts';
import { type SceneWishes, sampleScene } from '../scene/sample-scene.ts';
import type { Frame, Scene } from '../scene/scene.ts';

/** What every planner of a kind of sample gets. */
export interface PlanContext {
  readonly rng: Rng;
  readonly curriculum: Curriculum;
  readonly language: Language;
  readonly frame: Frame;
}

/** A scene of the curriculum in the wanted frame. */
export function drawScene({ rng, curriculum, frame }: PlanContext, wishes: SceneWishes = {}): Scene {
  return sampleScene(rng, curriculum, { frame, ...wishes });
}
