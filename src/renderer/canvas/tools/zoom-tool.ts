import type { Point } from '#shared/document/geometry';
import { rectBetween } from './drag-rect.ts';
import { rectPoints } from './overlay-shape.ts';
import { clickReach, distance, stay, step, type Tool } from './tool.ts';

interface ZoomState {
  readonly from: { readonly point: Point; readonly screen: Point } | null;
  readonly to: Point | null;
  readonly isOut: boolean;
}

const rest: ZoomState = { from: null, to: null, isOut: false };

/** A click goes nearer, with Alt farther; a drag fills the view with what it encloses. */
export const zoomTool: Tool<ZoomState> = {
  id: 'zoom',
  initial: rest,
  update: (state, input) => {
    switch (input.kind) {
      case 'press':
        return stay({ from: input, to: null, isOut: input.modifiers.alt || input.button === 'right' });
      case 'drag': {
        const isClick = state.from && !state.to && distance(state.from.screen, input.screen) <= clickReach;
        return stay(state.from && !isClick ? { ...state, to: input.point } : state);
      }
      case 'release': {
        if (!state.from) return stay(rest);
        if (state.to) return step(rest, { type: 'zoom-to', rect: rectBetween(state.from.point, state.to) });
        return step(rest, { type: 'zoom-step', at: input.screen, direction: state.isOut ? 'out' : 'in' });
      }
      case 'cancel':
        return stay(rest);
      case 'modifiers':
        return stay(state.from ? state : { ...state, isOut: input.modifiers.alt });
      case 'hover':
        return stay({ ...state, isOut: input.modifiers.alt });
      case 'leave':
      case 'back':
      case 'confirm':
      case 'nudge':
        return stay(state);
    }
  },
  overlay: ({ from, to }) =>
    from && to ? [{ kind: 'line', points: rectPoints(rectBetween(from.point, to)), closed: true, style: 'frame' }] : [],
  cursor: ({ isOut }) => (isOut ? 'zoom-out' : 'zoom-in'),
  isBusy: ({ from }) => from !== null,
};
