import { compose, identity, invert, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { documentTransform } from '#shared/document/layer-tree';
import type { PixelTarget } from '../../document/pixel-edits.ts';
import { liftPixels, paintSurface, transformSurface, type Placed } from '../pixels/layering.ts';
import type { Surface } from '../pixels/surface.ts';
import type { Head } from './head.ts';
import type { Change } from './ledger.ts';

/**
 * Selected pixels in the hand. They stay one piece from gesture to gesture, as long as nothing else changes the layer or
 * the selection: moving them on, or turning them a second time, starts from the pixels that were lifted and leaves what
 * they were dropped on unharmed.
 */
export class Lifted {
  readonly #target: PixelTarget;
  readonly #rest: Surface;
  readonly #piece: Surface;
  readonly #selection: Surface;
  readonly #layer: Placement;
  /** What has been done to the piece so far, in the document. */
  #by: Transform = identity;
  /** What the layer and the selection were when it was put down. */
  #droppedOn: { readonly surface: Surface; readonly selection: Surface } | null = null;

  private constructor(target: PixelTarget, layer: Placement, surface: Surface, selection: Surface) {
    this.#target = target;
    this.#layer = layer;
    this.#selection = selection;
    const mask: Placed = { surface: selection, toSource: layer.toDocument, fromSource: layer.fromDocument };
    const { rest, floating } = liftPixels(surface, mask);
    this.#rest = rest;
    this.#piece = floating;
  }

  static async lift(head: Head, layer: LayerId, last: Lifted | null): Promise<Lifted> {
    const target: PixelTarget = { kind: 'layer', layer, part: 'pixels' };
    const surface = await head.whole(target);
    const selection = await head.wholeSelection();
    const dropped = last === null ? null : last.#droppedOn;
    if (last && dropped?.surface === surface && dropped.selection === selection) return last;
    const toDocument = documentTransform(head.document, layer);
    const fromDocument = invert(toDocument);
    return new Lifted(target, fromDocument ? { toDocument, fromDocument } : nowhere, surface, selection);
  }

  get target(): PixelTarget {
    return this.#target;
  }

  /** The layer without the piece. */
  get rest(): Surface {
    return this.#rest;
  }

  /** The piece as it lies in the document. */
  get piece(): Placed {
    return this.#placedBy(this.#by, this.#layer.toDocument, this.#layer.fromDocument);
  }

  /** Puts the piece down where the document's map `by` takes it, and the selection with it. */
  drop(by: Transform): readonly Change[] {
    const total = compose(by, this.#by);
    const { toDocument, fromDocument } = this.#layer;
    const inLayer = compose(fromDocument, compose(total, toDocument));
    const surface = paintSurface(this.#rest, this.#placedBy(inLayer, identity, identity));
    const selection = transformSurface({
      surface: this.#selection,
      fromSource: total,
      toSource: invert(total) ?? identity,
    });
    this.#by = total;
    this.#droppedOn = { surface, selection };
    return [
      { target: this.#target, surface },
      { target: { kind: 'selection' }, surface: selection },
    ];
  }

  #placedBy(by: Transform, toDocument: Transform, fromDocument: Transform): Placed {
    const back = invert(by) ?? identity;
    return { surface: this.#piece, fromSource: compose(by, toDocument), toSource: compose(fromDocument, back) };
  }
}

interface Placement {
  readonly toDocument: Transform;
  readonly fromDocument: Transform;
}

const nowhere: Placement = { toDocument: identity, fromDocument: identity };
