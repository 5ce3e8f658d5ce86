import type { Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import type { BoxNumbers } from '../tools/box-numbers.ts';
import type { ToolId } from '../tools/tool.ts';
import type { Viewport } from '../view/viewport.ts';

/** What the canvas knows and no document does: for panels and status bars to show, gone when the window is. */
export interface CanvasState {
  /** In the hand at this moment, held keys included. */
  readonly tool: ToolId;
  readonly viewport: Viewport;
  /** Null while nothing is selected. */
  readonly selectionBounds: Rect | null;
  /** Where the active layer has pixels, in its own coordinates. */
  readonly activeBounds: { readonly layer: LayerId; readonly bounds: Rect } | null;
  /** Of what the move tool has in its hands, as it is seen while it is moved; null while nothing can be moved. */
  readonly box: BoxNumbers | null;
  /** Edits that are being made or stored. */
  readonly pending: number;
  /** Layers of which pixels are still on their way. */
  readonly loading: number;
  /** A gesture is going on. */
  readonly isBusy: boolean;
  /** Where the line between before and now is, as a part of the view's width; null while nothing is compared. */
  readonly split: number | null;
  readonly selectionView: 'ants' | 'tint';
}
