import type { ErrorData } from '#base/app-error';
import type { ErrorCode } from '#base/error-codes';
import type { BlendMode } from '#raster/blend';
import type { Raster } from '#raster/raster';
import type { BlobName } from '#shared/contract/job-request';
import type { Document } from '#shared/document/document';
import type { Point, Rect, Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import type { Pixels } from '#shared/document/pixels';
import type { PixelEdit, PixelTarget } from '../../document/pixel-edits.ts';
import type { Brush, StrokeSample } from '../pixels/brush.ts';
import type { Colour } from '../pixels/colour.ts';
import type { Segments } from '../pixels/outline.ts';
import type { Paint } from '../pixels/paint.ts';
import type { LayerPart } from '../pixels/scene.ts';
import type { SelectionChange, SelectionMode } from '../pixels/selection.ts';

/**
 * The outcome of a gesture or a command. The worker shows it from the start and goes on doing so until a document
 * comes with its `id` among the settled ones. No edits: nothing changed.
 */
export interface EditResult {
  readonly id: number;
  readonly edits: readonly PixelEdit[];
}

/**
 * A picture the view is put together from. Usually that is `picture`, with `tint` (masks, in their colours) over it.
 * While layers are being moved it is `below`, `moving` and some above, so that moving costs no composing. `before` is
 * another state of the document to compare with.
 */
export type PlateId = 'picture' | 'tint' | 'below' | 'moving' | 'before' | `above-${number}`;

export interface PlateInfo {
  readonly plate: PlateId;
  readonly opacity: number;
  readonly blend: BlendMode;
  /** Where it can show anything, in document pixels. */
  readonly bounds: Rect;
}

/** A part of a plate that the page wants: at a level, whole tiles, in that level's pixels. */
export interface PlateView {
  readonly plate: PlateId;
  /** What the page gathers it on. A new sheet has nothing yet, whatever an old one had. */
  readonly sheet: number;
  readonly level: number;
  readonly rect: Rect;
}

export interface Look {
  readonly plates: readonly PlateView[];
  /** For the outline of the selection. */
  readonly outline: { readonly level: number; readonly rect: Rect };
  /** Shows the selection as a tint in this colour. */
  readonly selectionTint: Colour | null;
}

/** Some pixels of a plate, RGBA with straight alpha; null where nothing is. */
export interface Painted {
  readonly plate: PlateId;
  readonly sheet: number;
  readonly level: number;
  readonly rect: Rect;
  readonly data: Uint8ClampedArray<ArrayBuffer> | null;
}

/** What the page can know without asking. */
export interface KernelState {
  /** Null while nothing is selected. */
  readonly selectionBounds: Rect | null;
  /**
   * Where the active layer, or what is moved in its place, has pixels: in the layer's own coordinates; for a group, and
   * for several layers, in the document's.
   */
  readonly active: { readonly layer: LayerId; readonly bounds: Rect } | null;
  /** Layers of which not all pixels are there yet. */
  readonly loading: number;
}

export type SelectionShape =
  | { readonly kind: 'rect'; readonly rect: Rect }
  | { readonly kind: 'polygon'; readonly points: readonly Point[] };

/** How pixels are compared for flooding. */
export interface FloodSettings {
  /** In document pixels. */
  readonly at: Point;
  /** 0 to 255. */
  readonly tolerance: number;
  readonly contiguous: boolean;
  /** The layer to look at, or null for all that can be seen. */
  readonly sample: LayerId | null;
}

/** What of a document: all that can be seen, one layer as it lies there, the selection, or all masks together. */
export type Source =
  | { readonly kind: 'picture' }
  | { readonly kind: 'layer'; readonly layer: LayerId; readonly part: LayerPart }
  | { readonly kind: 'selection' }
  | { readonly kind: 'masks' };

/** Pixels at a place in the document. */
export interface Excerpt extends Raster {
  readonly x: number;
  readonly y: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What the page asks of the worker. */
export type KernelMethods = {
  /** Shows a document; `settled` names the edits that it holds, or that are given up. */
  show(params: { readonly document: Document; readonly settled: readonly number[] }): void;
  compareWith(params: { readonly document: Document | null }): void;
  /** Says which layer is worked on, so that the others can be flattened. */
  /** `together`: what is moved in place of the active layer: others with it, or the group around it. */
  activate(params: { readonly layer: LayerId | null; readonly together: readonly LayerId[] }): void;
  look(params: Look): void;

  strokeBegin(params: { readonly target: PixelTarget; readonly brush: Brush; readonly paint: Paint }): void;
  strokeAdd(params: { readonly samples: readonly StrokeSample[] }): void;
  strokeEnd(params: null): EditResult;
  strokeCancel(params: null): void;

  /** Takes layers out of the picture while they are moved; where they come to lie is up to the next document. */
  moveBegin(params: { readonly layers: readonly LayerId[] }): readonly PlateInfo[];
  moveEnd(params: null): void;
  /** Lifts what is selected of a layer, and puts it down where `by` maps it; null puts it back. */
  liftBegin(params: { readonly layer: LayerId }): readonly PlateInfo[];
  liftEnd(params: { readonly by: Transform | null }): EditResult;

  fill(params: {
    readonly target: PixelTarget;
    readonly paint: Paint;
    readonly opacity: number;
    readonly flood: FloodSettings | null;
  }): EditResult;
  select(params: {
    readonly shape: SelectionShape;
    readonly mode: SelectionMode;
    readonly feather: number;
  }): EditResult;
  selectLike(params: { readonly flood: FloodSettings; readonly mode: SelectionMode }): EditResult;
  selectAll(params: null): EditResult;
  selectNone(params: null): EditResult;
  invertSelection(params: null): EditResult;
  changeSelection(params: SelectionChange): EditResult;
  /** Selects what a layer covers, or what is white in a mask. */
  selectFrom(params: { readonly source: Source; readonly mode: SelectionMode }): EditResult;
  /** Writes the selection to a layer's mask, or to a mask layer. */
  selectionTo(params: { readonly target: PixelTarget }): EditResult;

  /** Stores pixels for a new layer, whose top left is at 0,0. */
  store(params: { readonly raster: Raster }): Pixels;
  /** The picture that some layers make together within the group that is around all of them, in document coordinates. */
  merge(params: { readonly layers: readonly LayerId[]; readonly clip: Rect | null }): Pixels;
  /** A part of the document, 4 channels or 1; of a picture or layer only what is selected when `selected`. */
  excerpt(params: { readonly source: Source; readonly rect: Rect | null; readonly selected: boolean }): Excerpt;
  thumbnail(params: { readonly source: Source; readonly maxSide: number }): Excerpt;
  /** Where layers have pixels, in document pixels. */
  boundsOf(params: { readonly layers: readonly LayerId[] }): readonly Rect[];
  /** The mean colour of a square, or null where nothing is. */
  pick(params: { readonly at: Point; readonly radius: number; readonly sample: LayerId | null }): Colour | null;
  /** Resolves when all pixels of the document are there. */
  loaded(params: null): void;
};

/** What the worker asks of the page. */
export type PageMethods = {
  getBlob(name: BlobName): Uint8Array;
  putBlob(bytes: Uint8Array<ArrayBuffer>): BlobName;
  painted(params: Painted): void;
  outlined(params: { readonly level: number; readonly segments: Segments }): void;
  stateChanged(params: KernelState): void;
  /** Something went wrong that nobody waits for. */
  failed(params: { readonly code: ErrorCode; readonly message: string; readonly data: ErrorData }): void;
};
