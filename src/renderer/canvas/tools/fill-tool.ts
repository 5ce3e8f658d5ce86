import { stay, step, type Tool } from './tool.ts';

/** Fills what looks alike with the colour; with Alt it takes the colour instead. */
export const fillTool: Tool<null> = {
  id: 'fill',
  initial: null,
  update: (state, input) => {
    if (input.kind !== 'press' || input.button !== 'left') return stay(state);
    const at = input.point;
    return step(state, input.modifiers.alt ? { type: 'pick', at, as: 'colour' } : { type: 'fill', at });
  },
  overlay: () => [],
  cursor: () => 'crosshair',
  isBusy: () => false,
};
