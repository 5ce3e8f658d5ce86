import type { Document } from '#shared/document/document';
import type { StepKind } from '#shared/document/history-node';
import type { PlainStep } from '#shared/document/step-label';

/** What the canvas can do to a document, and what kind of step each is in the history. */
export const canvasActions = {
  brush: 'paint',
  eraser: 'paint',
  'mask-brush': 'mask',
  fill: 'paint',
  clear: 'paint',
  cut: 'paint',
  paste: 'layer',
  select: 'selection',
  'select-similar': 'selection',
  'select-all': 'selection',
  deselect: 'selection',
  'invert-selection': 'selection',
  'grow-selection': 'selection',
  'shrink-selection': 'selection',
  'feather-selection': 'selection',
  'selection-from-layer': 'selection',
  'mask-from-selection': 'mask',
  'move-pixels': 'paint',
  'transform-pixels': 'paint',
  move: 'transform',
  transform: 'transform',
  flip: 'transform',
  rotate: 'transform',
  crop: 'resize',
  'extend-frame': 'resize',
  merge: 'merge',
  flatten: 'merge',
} as const satisfies Partial<Record<PlainStep, StepKind>>;

export type CanvasAction = keyof typeof canvasActions;

/**
 * One step of the user's, whole: a gesture commits once, when it ends. All pixels it needs are stored already, so taking
 * it into the document is a plain function that can be kept, undone and sent about.
 */
export interface Commit {
  readonly action: CanvasAction;
  readonly change: (document: Document) => Document;
}
