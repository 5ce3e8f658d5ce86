import { stay, step, type Tool } from './tool.ts';

interface EyedropperState {
  readonly picking: 'colour' | 'background' | null;
}

/** Takes the colour under the pointer for as long as it is pressed; with Alt, for the background. */
export const eyedropperTool: Tool<EyedropperState> = {
  id: 'eyedropper',
  initial: { picking: null },
  update: (state, input) => {
    switch (input.kind) {
      case 'press': {
        if (input.button === 'middle') return stay(state);
        const picking = input.modifiers.alt || input.button === 'right' ? 'background' : 'colour';
        return step({ picking }, { type: 'pick', at: input.point, as: picking });
      }
      case 'drag':
        return state.picking ? step(state, { type: 'pick', at: input.point, as: state.picking }) : stay(state);
      case 'release':
      case 'cancel':
        return stay({ picking: null });
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
  cursor: () => 'crosshair',
  isBusy: ({ picking }) => picking !== null,
};
