import type { Document } from '#shared/document/document';
import type { StepKind } from '#shared/document/history-node';

/**
 * What the canvas can do to a document: its name in English, and what kind of step it is in the history. The key is
 * stable, for other languages to translate.
 */
export const canvasActions = {
  brush: { label: 'Brush', kind: 'paint' },
  eraser: { label: 'Eraser', kind: 'paint' },
  'mask-brush': { label: 'Mask brush', kind: 'mask' },
  fill: { label: 'Fill', kind: 'paint' },
  clear: { label: 'Clear', kind: 'paint' },
  cut: { label: 'Cut', kind: 'paint' },
  paste: { label: 'Paste', kind: 'layer' },
  'place-picture': { label: 'Place picture', kind: 'import' },
  select: { label: 'Select', kind: 'selection' },
  'select-similar': { label: 'Magic wand', kind: 'selection' },
  'select-all': { label: 'Select all', kind: 'selection' },
  deselect: { label: 'Deselect', kind: 'selection' },
  'invert-selection': { label: 'Invert selection', kind: 'selection' },
  'grow-selection': { label: 'Grow selection', kind: 'selection' },
  'shrink-selection': { label: 'Shrink selection', kind: 'selection' },
  'feather-selection': { label: 'Feather selection', kind: 'selection' },
  'selection-from-layer': { label: 'Select layer', kind: 'selection' },
  'mask-from-selection': { label: 'Mask from selection', kind: 'mask' },
  'move-pixels': { label: 'Move pixels', kind: 'paint' },
  'transform-pixels': { label: 'Transform pixels', kind: 'paint' },
  move: { label: 'Move', kind: 'transform' },
  transform: { label: 'Transform', kind: 'transform' },
  flip: { label: 'Flip', kind: 'transform' },
  rotate: { label: 'Rotate', kind: 'transform' },
  crop: { label: 'Crop', kind: 'resize' },
  'extend-frame': { label: 'Extend frame', kind: 'resize' },
  merge: { label: 'Merge layers', kind: 'merge' },
  flatten: { label: 'Flatten', kind: 'merge' },
} as const satisfies Record<string, { readonly label: string; readonly kind: StepKind }>;

export type CanvasAction = keyof typeof canvasActions;

/**
 * One step of the user's, whole: a gesture commits once, when it ends. All pixels it needs are stored already, so taking
 * it into the document is a plain function that can be kept, undone and sent about.
 */
export interface Commit {
  readonly action: CanvasAction;
  readonly change: (document: Document) => Document;
}
