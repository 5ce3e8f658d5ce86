import { isEmptyRect, type Point, type Rect } from '#shared/document/geometry';
import { gripAt, gripCursor, gripPoint, grips, isInside } from './drag-rect.ts';
import { beginFrameDrag, dragFrame, type FrameDrag } from './frame-drag.ts';
import type { OverlayShape } from './overlay-shape.ts';
import { rectPoints } from './overlay-shape.ts';
import { stay, step, type Tool, type ToolContext } from './tool.ts';

interface CropState {
  /** Null is the whole document. */
  readonly rect: Rect | null;
  readonly drag: FrameDrag | null;
  readonly pointer: Point | null;
}

const rest: CropState = { rect: null, drag: null, pointer: null };

const frameOf = ({ rect }: CropState, { document }: ToolContext): Rect => rect ?? { x: 0, y: 0, ...document };

/** A frame to cut the document down, or to widen it; Enter cuts. */
export const cropTool: Tool<CropState> = {
  id: 'crop',
  initial: rest,
  update: (state, input, context) => {
    switch (input.kind) {
      case 'press': {
        if (input.button !== 'left') return stay(state);
        const drag = beginFrameDrag(frameOf(state, context), input.point, context.gripReach / context.zoom);
        // The whole document has nowhere to be moved to: inside it a new frame is drawn.
        const isNew = drag.kind === 'shift' && !state.rect;
        return stay({ ...state, drag: isNew ? { kind: 'draw', from: input.point } : drag });
      }
      case 'drag': {
        if (!state.drag) return stay(state);
        const rect = dragFrame(state.drag, input.point, input.modifiers, context.settings.crop.aspect);
        return stay({ ...state, rect: isEmptyRect(rect) ? state.rect : rect, pointer: input.point });
      }
      case 'release':
        return stay({ ...state, drag: null });
      case 'confirm':
        return state.rect && !state.drag ? step(rest, { type: 'crop', rect: state.rect }) : stay(state);
      case 'cancel':
        return stay(state.drag?.kind === 'pull' ? { ...state, rect: state.drag.origin, drag: null } : rest);
      case 'nudge': {
        const { rect } = state;
        return stay(rect ? { ...state, rect: { ...rect, x: rect.x + input.by.x, y: rect.y + input.by.y } } : state);
      }
      case 'hover':
        return stay({ ...state, pointer: input.point });
      case 'leave':
        return stay({ ...state, pointer: null });
      case 'back':
      case 'modifiers':
        return stay(state);
    }
  },
  overlay: (state, context) => {
    const rect = frameOf(state, context);
    const shapes: OverlayShape[] = [
      { kind: 'shade', around: rect },
      { kind: 'line', points: rectPoints(rect), closed: true, style: 'frame' },
      ...grips.map((grip): OverlayShape => ({ kind: 'handle', at: gripPoint(rect, grip) })),
    ];
    if (state.drag) {
      shapes.push({ kind: 'thirds', rect });
      if (state.pointer) shapes.push({ kind: 'label', at: state.pointer, text: `${rect.width} × ${rect.height}` });
    }
    return shapes;
  },
  cursor: (state, context) => {
    if (!state.pointer) return 'crosshair';
    const rect = frameOf(state, context);
    const grip = gripAt(rect, state.pointer, context.gripReach / context.zoom);
    if (grip) return gripCursor(grip);
    return state.rect && isInside(rect, state.pointer) ? 'move' : 'crosshair';
  },
  isBusy: ({ drag }) => drag !== null,
};
