import type { Point } from '#shared/document/geometry';
import { stay, step, type Tool } from './tool.ts';

interface HandState {
  /** Where the pointer was last, in CSS pixels; null while nothing is held. */
  readonly held: Point | null;
}

/** Moves the view. */
export const handTool: Tool<HandState> = {
  id: 'hand',
  initial: { held: null },
  update: (state, input) => {
    switch (input.kind) {
      case 'press':
        return stay({ held: input.screen });
      case 'drag': {
        if (!state.held) return stay(state);
        const by = { x: input.screen.x - state.held.x, y: input.screen.y - state.held.y };
        return step({ held: input.screen }, { type: 'pan', by });
      }
      case 'release':
      case 'cancel':
        return stay({ held: null });
      case 'hover':
      case 'leave':
      case 'back':
      case 'confirm':
      case 'nudge':
      case 'modifiers':
        return stay(state);
    }
  },
  overlay: () => [],
  cursor: ({ held }) => (held ? 'grabbing' : 'grab'),
  isBusy: ({ held }) => held !== null,
};
