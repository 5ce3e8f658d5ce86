import type { Point } from '#shared/document/geometry';
import type { Brush, StrokeSample } from '../pixels/brush.ts';
import {
  clickReach,
  distance,
  stay,
  step,
  type Cursor,
  type PointerInput,
  type Step,
  type StrokeToolId,
  type Tool,
  type ToolContext,
} from './tool.ts';
import { brushLimits, type ToolSettings } from './tool-settings.ts';

interface StrokeToolState {
  readonly gesture:
    | { readonly kind: 'none' }
    | { readonly kind: 'drawing' }
    /** With Alt: a click takes the colour, a drag sets size and hardness. */
    | { readonly kind: 'adjusting'; readonly at: PointerInput; readonly brush: Brush; readonly hasMoved: boolean };
  readonly pointer: Point | null;
  /** Where the last stroke ended. */
  readonly last: StrokeSample | null;
}

/** Size grows by this factor for each CSS pixel to the right, hardness by this much for each upwards. */
const sizePerPixel = 1.008;
const hardnessPerPixel = 1 / 200;

/** Brush, eraser and mask brush: what they do to the pixels is the only difference. */
export function createStrokeTool(id: StrokeToolId): Tool<StrokeToolState> {
  const brushOf = (settings: ToolSettings): Brush =>
    id === 'brush' ? settings.brush : id === 'eraser' ? settings.eraser : settings.maskBrush;

  function press(state: StrokeToolState, input: PointerInput, context: ToolContext): Step<StrokeToolState> {
    const { modifiers, samples, button } = input;
    if (button === 'middle') return stay(state);
    if (modifiers.alt) {
      const gesture = { kind: 'adjusting', at: input, brush: brushOf(context.settings), hasMoved: false } as const;
      return stay({ ...state, gesture });
    }
    if (button === 'right') return stay(state);
    const begin = { type: 'stroke-begin', with: id } as const;
    if (modifiers.shift && state.last) {
      // One straight line from where the last stroke ended.
      const line = [state.last, ...samples.slice(-1)];
      return step({ ...state, gesture: { kind: 'drawing' } }, begin, { type: 'stroke-add', samples: line });
    }
    return step({ ...state, gesture: { kind: 'drawing' } }, begin, { type: 'stroke-add', samples });
  }

  function drag(state: StrokeToolState, input: PointerInput): Step<StrokeToolState> {
    const { gesture } = state;
    if (gesture.kind === 'drawing') return step(state, { type: 'stroke-add', samples: input.samples });
    if (gesture.kind !== 'adjusting') return stay(state);
    const hasMoved = gesture.hasMoved || distance(gesture.at.screen, input.screen) > clickReach;
    if (!hasMoved) return stay(state);
    const dx = input.screen.x - gesture.at.screen.x;
    const dy = input.screen.y - gesture.at.screen.y;
    const size = Math.min(
      brushLimits.size.most,
      Math.max(brushLimits.size.least, gesture.brush.size * sizePerPixel ** dx),
    );
    const hardness = Math.min(1, Math.max(0, gesture.brush.hardness - dy * hardnessPerPixel));
    // The ring stays where the drag began, so that one sees what it will cover.
    return step(
      { ...state, pointer: gesture.at.point, gesture: { ...gesture, hasMoved } },
      { type: 'set-brush', with: id, size: Math.round(size * 10) / 10, hardness },
    );
  }

  function release(state: StrokeToolState, input: PointerInput): Step<StrokeToolState> {
    const { gesture } = state;
    const rest: StrokeToolState = { ...state, gesture: { kind: 'none' } };
    if (gesture.kind === 'drawing') {
      return step({ ...rest, last: input.samples.at(-1) ?? state.last }, { type: 'stroke-end' });
    }
    const takesColour = gesture.kind === 'adjusting' && !gesture.hasMoved && id === 'brush';
    return takesColour ? step(rest, { type: 'pick', at: input.point, as: 'colour' }) : stay(rest);
  }

  return {
    id,
    initial: { gesture: { kind: 'none' }, pointer: null, last: null },
    update: (state, input, context) => {
      switch (input.kind) {
        case 'press':
          return press({ ...state, pointer: input.point }, input, context);
        case 'drag':
          return drag({ ...state, pointer: input.point }, input);
        case 'release':
          return release(state, input);
        case 'hover':
          return stay({ ...state, pointer: input.point });
        case 'leave':
          return stay({ ...state, pointer: null });
        case 'cancel': {
          const rest: StrokeToolState = { ...state, gesture: { kind: 'none' } };
          return state.gesture.kind === 'drawing' ? step(rest, { type: 'stroke-cancel' }) : stay(rest);
        }
        case 'back':
        case 'confirm':
        case 'nudge':
        case 'modifiers':
          return stay(state);
      }
    },
    overlay: ({ pointer }, { settings }) => {
      if (!pointer) return [];
      const { size, hardness } = brushOf(settings);
      return [{ kind: 'brush', at: pointer, radius: size / 2, core: (size / 2) * hardness }];
    },
    cursor: (): Cursor => 'none',
    isBusy: ({ gesture }) => gesture.kind !== 'none',
  };
}
