import { selectionModeOf, stay, step, type Tool } from './tool.ts';

/** Selects what looks like the pixel under the pointer. */
export const wandTool: Tool<null> = {
  id: 'wand',
  initial: null,
  update: (state, input, { settings }) => {
    if (input.kind !== 'press' || input.button !== 'left') return stay(state);
    const mode = selectionModeOf(input.modifiers, settings.select.mode);
    return step(state, { type: 'select-like', at: input.point, mode });
  },
  overlay: () => [],
  cursor: () => 'crosshair',
  isBusy: () => false,
};
