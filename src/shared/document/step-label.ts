import { z } from 'zod';

/** Steps whose name is all there is to say. */
const plainSteps = [
  'new-document',
  'brush',
  'eraser',
  'mask-brush',
  'fill',
  'clear',
  'cut',
  'paste',
  'select',
  'select-similar',
  'select-all',
  'deselect',
  'invert-selection',
  'grow-selection',
  'shrink-selection',
  'feather-selection',
  'selection-from-layer',
  'mask-from-selection',
  'move-pixels',
  'transform-pixels',
  'move',
  'transform',
  'flip',
  'rotate',
  'crop',
  'extend-frame',
  'merge',
  'flatten',
  'new-layer',
  /** The model made it: the recipe of the step tells of what. */
  'made',
  /** A newer studio knows what. */
  'unknown',
] as const;
export type PlainStep = (typeof plainSteps)[number];

/** Steps that are about a file, or about a layer and perhaps others together with it. */
const namedSteps = [
  'open-file',
  'place-picture',
  'rename-layer',
  'reorder-layers',
  'duplicate-layers',
  'delete-layers',
  'group-layers',
  'show-layers',
  'hide-layers',
  'lock-layers',
  'unlock-layers',
  'layer-opacity',
  'layer-blend',
  'remove-mask',
] as const;
export type NamedStep = (typeof namedSteps)[number];

/** What happened in a step, as data: whoever shows it has the words, in the language of the reader. */
export const zStepLabel = z.discriminatedUnion('what', [
  z.strictObject({ what: z.enum(plainSteps) }).readonly(),
  z
    .strictObject({
      what: z.enum(namedSteps),
      /** As somebody wrote it. */
      name: z.string().max(255),
      /** How many others there were. */
      more: z.exactOptional(z.int().min(1)),
    })
    .readonly(),
  /** From when steps were told in English sentences. */
  z.strictObject({ what: z.literal('written'), text: z.string().max(500) }).readonly(),
]);
export type StepLabel = z.infer<typeof zStepLabel>;
