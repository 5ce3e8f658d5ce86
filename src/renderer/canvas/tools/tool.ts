import type { Point, Rect, Transform } from '#shared/document/geometry';
import type { StrokeSample } from '../pixels/brush.ts';
import type { SelectionMode } from '../pixels/selection.ts';
import type { SelectionShape } from '../worker/protocol.ts';
import type { OverlayShape } from './overlay-shape.ts';
import type { ToolSettings } from './tool-settings.ts';

/** A tool is a state machine without side effects: input in, what it wants done out. One file each. */
export const toolIds = [
  'move',
  'brush',
  'eraser',
  'mask-brush',
  'fill',
  'eyedropper',
  'rect-select',
  'lasso',
  'polygon',
  'wand',
  'crop',
  'extend',
  'hand',
  'zoom',
] as const;
export type ToolId = (typeof toolIds)[number];

/** Tools that draw strokes. */
export type StrokeToolId = 'brush' | 'eraser' | 'mask-brush';

export interface Modifiers {
  readonly shift: boolean;
  readonly alt: boolean;
  /** Control, or Command on a Mac. */
  readonly mod: boolean;
  readonly space: boolean;
}

export const noModifiers: Modifiers = Object.freeze({ shift: false, alt: false, mod: false, space: false });

export interface PointerInput {
  readonly kind: 'press' | 'drag' | 'release' | 'hover';
  /** In document pixels. */
  readonly point: Point;
  /** In CSS pixels from the top left of the view. */
  readonly screen: Point;
  /** Where the pointer was since the last input, the last one where it is now. */
  readonly samples: readonly StrokeSample[];
  readonly button: 'left' | 'middle' | 'right';
  /** A finger, which covers what it points at. */
  readonly isCoarse: boolean;
  readonly modifiers: Modifiers;
}

export type ToolInput =
  | PointerInput
  /** The pointer has left the view. */
  | { readonly kind: 'leave' }
  /** Escape, or the system took the pointer away. */
  | { readonly kind: 'cancel' }
  /** Enter. */
  | { readonly kind: 'confirm' }
  /** Backspace: takes back the last part of a gesture. */
  | { readonly kind: 'back' }
  /** Arrow keys, in document pixels. */
  | { readonly kind: 'nudge'; readonly by: Point }
  /** Modifier keys changed while the pointer stood still. */
  | { readonly kind: 'modifiers'; readonly modifiers: Modifiers };

/** The layer, or the selected part of it, that the move tool has in its hands. */
export interface MoveTarget {
  /** In its own coordinates. */
  readonly bounds: Rect;
  readonly toDocument: Transform;
  /** Only what is selected is moved. */
  readonly lift: boolean;
}

/** What a tool can see. */
export interface ToolContext {
  readonly document: { readonly width: number; readonly height: number };
  /** CSS pixels for each document pixel. */
  readonly zoom: number;
  /** How near a handle counts as on it, in CSS pixels: a finger needs more than a mouse. */
  readonly gripReach: number;
  readonly settings: ToolSettings;
  readonly extendFrame: Rect | null;
  /** Where it is seen now; null while nothing can be moved. */
  readonly moveTarget: MoveTarget | null;
  /** What the edges and middles of moved things stick to, in document pixels. */
  readonly snapRects: readonly Rect[];
}

/** What a tool wants done; the engine does it. */
export type Intent =
  | { readonly type: 'stroke-begin'; readonly with: StrokeToolId }
  | { readonly type: 'stroke-add'; readonly samples: readonly StrokeSample[] }
  | { readonly type: 'stroke-end' }
  | { readonly type: 'stroke-cancel' }
  | { readonly type: 'set-brush'; readonly with: StrokeToolId; readonly size: number; readonly hardness: number }
  | { readonly type: 'fill'; readonly at: Point }
  | { readonly type: 'pick'; readonly at: Point; readonly as: 'colour' | 'background' }
  | { readonly type: 'select'; readonly shape: SelectionShape; readonly mode: SelectionMode }
  | { readonly type: 'select-like'; readonly at: Point; readonly mode: SelectionMode }
  | { readonly type: 'select-none' }
  | { readonly type: 'move-begin' }
  | { readonly type: 'move-by'; readonly by: Transform }
  /** Null puts everything back. */
  | { readonly type: 'move-end'; readonly by: Transform | null }
  | { readonly type: 'crop'; readonly rect: Rect }
  | { readonly type: 'set-extend-frame'; readonly rect: Rect | null }
  /** In CSS pixels. */
  | { readonly type: 'pan'; readonly by: Point }
  | { readonly type: 'zoom-step'; readonly at: Point; readonly direction: 'in' | 'out' }
  | { readonly type: 'zoom-to'; readonly rect: Rect };

export type Cursor =
  | 'default'
  /** Drawn by the overlay. */
  | 'none'
  | 'crosshair'
  | 'move'
  | 'grab'
  | 'grabbing'
  | 'zoom-in'
  | 'zoom-out'
  | 'ew-resize'
  | 'ns-resize'
  | 'nwse-resize'
  | 'nesw-resize'
  | 'rotate';

export interface Step<State> {
  readonly state: State;
  readonly intents: readonly Intent[];
}

export interface Tool<State> {
  readonly id: ToolId;
  readonly initial: State;
  update(state: State, input: ToolInput, context: ToolContext): Step<State>;
  /** What to draw over the picture, in document coordinates. */
  overlay(state: State, context: ToolContext): readonly OverlayShape[];
  cursor(state: State, context: ToolContext): Cursor;
  /** A gesture is going on that a change of tool would have to cancel. */
  isBusy(state: State): boolean;
}

/** A tool with its state: whoever runs it need not know what that looks like. */
export interface RunningTool {
  readonly id: ToolId;
  update(input: ToolInput, context: ToolContext): readonly Intent[];
  overlay(context: ToolContext): readonly OverlayShape[];
  cursor(context: ToolContext): Cursor;
  isBusy(): boolean;
}

export function runTool<State>(tool: Tool<State>): RunningTool {
  let state = tool.initial;
  return {
    id: tool.id,
    update: (input, context) => {
      const step = tool.update(state, input, context);
      state = step.state;
      return step.intents;
    },
    overlay: (context) => tool.overlay(state, context),
    cursor: (context) => tool.cursor(state, context),
    isBusy: () => tool.isBusy(state),
  };
}

export const stay = <State>(state: State): Step<State> => ({ state, intents: [] });

export const step = <State>(state: State, ...intents: readonly Intent[]): Step<State> => ({ state, intents });

/** How a selecting gesture meets the old selection: the keys held when it begins, or what is set. */
export function selectionModeOf({ shift, alt }: Modifiers, set: SelectionMode): SelectionMode {
  if (shift && alt) return 'intersect';
  if (shift) return 'add';
  return alt ? 'subtract' : set;
}

/** A press and release closer together than this is a click; CSS pixels. */
export const clickReach = 4;

export const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y);
