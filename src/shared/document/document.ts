import { z } from 'zod';

import { frozen } from './frozen.ts';
import { zRect, zTransform } from './geometry.ts';
import { zLayerId, type LayerId } from './ids.ts';
import { zLayer, type Layer } from './layer.ts';
import { pixelReferences, zPixels, type BlobReference } from './pixels.ts';
import { defaultPromptState, promptReferences, repairPromptState, zPromptState } from './prompt-state.ts';
import { parseVersioned, type MigrationStep } from './versioned.ts';

/** What is selected: one channel, 255 fully selected; where no pixels are, nothing is. */
export const zSelection = z.strictObject({ pixels: zPixels, transform: zTransform }).readonly();
export type Selection = z.infer<typeof zSelection>;

/** Longest side of a document in pixels. */
export const maxSide = 16_384;

/**
 * One state of the work, in full: plain, frozen, serialisable. It names pixels and never holds them. Layers are in
 * `layers` by id and in exactly one list each: `order`, or the `children` of a group; lists run from bottom to top.
 */
export const zDocument = z
  .strictObject({
    version: z.literal(1),
    width: z.int().min(1).max(maxSide),
    height: z.int().min(1).max(maxSide),
    /** For print and for other programs; pixels are pixels all the same. */
    pixelsPerInch: z.number().min(1).max(10_000),
    order: z.array(zLayerId).readonly(),
    layers: z.record(zLayerId, zLayer).readonly(),
    selection: zSelection.nullable(),
    /** Where the picture shall grow to, in document pixels; null while nothing is to be extended. */
    extendFrame: zRect.nullable(),
    prompt: zPromptState,
  })
  .superRefine((document, context) => {
    const problem = structureProblem(document);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: ['order'] });
  })
  .readonly();
export type Document = z.infer<typeof zDocument>;

/** `documentSteps[i]` lifts a document of version `i + 1` to version `i + 2`. */
const documentSteps: readonly MigrationStep[] = [];

/**
 * Reads a stored document of any version. A setting of the prompt bar that is not known any more costs itself, not the
 * picture.
 * @throws AppError, see `parseVersioned`.
 */
export function parseDocument(value: unknown): Document {
  return parseVersioned(value, {
    what: 'document',
    schema: zDocument,
    steps: documentSteps,
    repair: (document) => ({ ...document, prompt: repairPromptState(document['prompt']) }),
  });
}

export function createDocument(
  size: { readonly width: number; readonly height: number },
  content: Partial<Omit<Document, 'version' | 'width' | 'height'>> = {},
): Document {
  return frozen({
    version: 1,
    width: size.width,
    height: size.height,
    pixelsPerInch: 72,
    order: [],
    layers: {},
    selection: null,
    extendFrame: null,
    prompt: defaultPromptState,
    ...content,
  });
}

/** Everything the document holds on to, with repetitions. */
export function documentReferences(document: Document): BlobReference[] {
  const references: BlobReference[] = [];
  for (const layer of Object.values(document.layers)) {
    if (layer.kind !== 'group') references.push(...pixelReferences(layer.pixels));
    if (layer.mask) references.push(...pixelReferences(layer.mask.pixels));
  }
  if (document.selection) references.push(...pixelReferences(document.selection.pixels));
  for (const blob of promptReferences(document.prompt)) references.push({ blob, as: 'file' });
  return references;
}

/** Why the lists of layers do not make a tree, or undefined where they do. */
function structureProblem({
  order,
  layers,
}: {
  readonly order: readonly LayerId[];
  readonly layers: Readonly<Record<LayerId, Layer>>;
}): string | undefined {
  const seen = new Set<LayerId>();
  const pending = [...order];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const layer = layers[id];
    if (!layer) return `layer ${id} is listed but missing`;
    if (layer.id !== id) return `layer ${id} is stored under another id`;
    if (seen.has(id)) return `layer ${id} is listed twice`;
    seen.add(id);
    if (layer.kind === 'group') pending.push(...layer.children);
  }
  return seen.size === Object.keys(layers).length ? undefined : 'some layers are in no list';
}
