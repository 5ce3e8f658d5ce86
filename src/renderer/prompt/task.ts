import { paintOrder } from '#shared/document/layer-tree';
import type { Document } from '#shared/document/document';
import type { Layer } from '#shared/document/layer';
import type { PromptState, Task } from '#shared/document/prompt-state';

/** What Enter will do. */
export type ChosenTask = Exclude<Task, 'auto'>;

/** What of the canvas decides the task. */
export interface CanvasFacts {
  readonly hasPicture: boolean;
  /** Something is selected, or a mask layer marks something. */
  readonly hasMask: boolean;
  /** The extend frame reaches beyond the picture. */
  readonly hasFrame: boolean;
}

/** The task that is set, or else the one the canvas and the words speak for. */
export function chosenTask({ task, prompt, control }: PromptState, facts: CanvasFacts): ChosenTask {
  if (task !== 'auto') return task;
  if (facts.hasPicture && isQuestion(prompt)) return 'describe';
  if (control) return 'control';
  if (!facts.hasPicture) return 'generate';
  if (facts.hasFrame) return 'outpaint';
  return facts.hasMask ? 'inpaint' : 'edit';
}

/** What of the studio decides whether a task can run. */
export interface HostFacts {
  readonly isOnline: boolean;
  readonly model: 'ready' | 'damaged' | 'none';
  readonly canWrite: boolean;
}

/** Why a task cannot run, as a key of its words; null when it can. */
export type Obstacle =
  | 'no-model'
  | 'damaged-model'
  | 'no-words'
  | 'no-picture'
  | 'no-mask'
  | 'no-frame'
  | 'offline'
  | 'read-only';

export function obstacleTo(
  task: ChosenTask,
  { prompt, control }: Pick<PromptState, 'prompt' | 'control'>,
  facts: CanvasFacts,
  host: HostFacts,
): Obstacle | null {
  if (!host.isOnline) return 'offline';
  if (host.model === 'none') return 'no-model';
  if (host.model === 'damaged') return 'damaged-model';
  if (!host.canWrite) return 'read-only';
  const startsFromCanvas = task !== 'generate' && !(task === 'control' && control);
  if (startsFromCanvas && !facts.hasPicture) return 'no-picture';
  if (task === 'inpaint' && !facts.hasMask) return 'no-mask';
  if (task === 'outpaint') return facts.hasFrame ? null : 'no-frame';
  return prompt.trim() === '' ? 'no-words' : null;
}

/** Reads what decides the task off a document. */
export function canvasFacts(document: Document): CanvasFacts {
  return {
    hasPicture: paintOrder(document).some((layer) => layer.kind === 'raster' && layer.visible && hasPixels(layer)),
    hasMask: document.selection !== null || maskLayer(document) !== null,
    hasFrame: document.extendFrame !== null && frameMargins(document) !== null,
  };
}

/** The mask layer that a fill goes by when nothing is selected: the topmost one that can be seen. */
export function maskLayer(document: Document): Layer | null {
  return paintOrder(document).findLast((layer) => layer.kind === 'mask' && layer.visible && hasPixels(layer)) ?? null;
}

/** How far the extend frame reaches beyond each side, in pixels; null where it does not. */
export function frameMargins({
  width,
  height,
  extendFrame,
}: Pick<Document, 'width' | 'height' | 'extendFrame'>): Record<'left' | 'top' | 'right' | 'bottom', number> | null {
  if (!extendFrame) return null;
  const margins = {
    left: Math.max(0, -extendFrame.x),
    top: Math.max(0, -extendFrame.y),
    right: Math.max(0, extendFrame.x + extendFrame.width - width),
    bottom: Math.max(0, extendFrame.y + extendFrame.height - height),
  };
  return Object.values(margins).some((margin) => margin > 0) ? margins : null;
}

const hasPixels = (layer: Layer): boolean => layer.kind !== 'group' && layer.pixels.kind !== 'empty';

/** ASCII and full-width marks, so Chinese questions count. */
const isQuestion = (words: string): boolean => /[?？]\s*$/.test(words);
