import { isEmptyRect, type Point, type Rect } from '#shared/document/geometry';
import type { SelectionMode } from '../pixels/selection.ts';
import { draggedRect } from './drag-rect.ts';
import { rectPoints } from './overlay-shape.ts';
import { clickReach, distance, noModifiers, selectionModeOf, stay, step, type Modifiers, type Tool } from './tool.ts';

interface RectSelectState {
  readonly drag: {
    readonly from: Point;
    readonly to: Point;
    readonly mode: SelectionMode;
    /** Keys that were down at the press chose the mode; a key counts for the shape once it is pressed afterwards. */
    readonly heldAtPress: Modifiers;
    readonly screen: Point;
    readonly hasMoved: boolean;
  } | null;
  readonly modifiers: Modifiers;
}

const rest: RectSelectState = { drag: null, modifiers: noModifiers };

/** Shift makes a square, Alt draws from the middle, Space moves the rectangle as it is; a click selects nothing. */
export const rectSelectTool: Tool<RectSelectState> = {
  id: 'rect-select',
  initial: rest,
  update: (state, input, { settings }) => {
    const { drag } = state;
    switch (input.kind) {
      case 'press': {
        if (input.button !== 'left') return stay(state);
        const { point, modifiers, screen } = input;
        const mode = selectionModeOf(modifiers, settings.select.mode);
        const begun = { from: point, to: point, mode, heldAtPress: modifiers, screen, hasMoved: false };
        return stay({ drag: begun, modifiers });
      }
      case 'drag': {
        if (!drag) return stay(state);
        const { point, modifiers } = input;
        const by = modifiers.space ? { x: point.x - drag.to.x, y: point.y - drag.to.y } : { x: 0, y: 0 };
        const from = { x: drag.from.x + by.x, y: drag.from.y + by.y };
        const hasMoved = drag.hasMoved || distance(drag.screen, input.screen) > clickReach;
        const heldAtPress = stillHeld(drag.heldAtPress, modifiers);
        return stay({ drag: { ...drag, from, to: point, hasMoved, heldAtPress }, modifiers });
      }
      case 'release': {
        if (!drag) return stay(rest);
        const rect = rectOf(state);
        if (drag.hasMoved && rect && !isEmptyRect(rect)) {
          return step(rest, { type: 'select', shape: { kind: 'rect', rect }, mode: drag.mode });
        }
        return drag.mode === 'replace' ? step(rest, { type: 'select-none' }) : stay(rest);
      }
      case 'modifiers':
        return stay({ ...state, modifiers: input.modifiers });
      case 'cancel':
        return stay(rest);
      case 'hover':
      case 'leave':
      case 'back':
      case 'confirm':
      case 'nudge':
        return stay(state);
    }
  },
  overlay: (state) => {
    const rect = rectOf(state);
    if (!rect || !state.drag?.hasMoved) return [];
    return [
      { kind: 'line', points: rectPoints(rect), closed: true, style: 'ants' },
      { kind: 'label', at: state.drag.to, text: `${rect.width} × ${rect.height}` },
    ];
  },
  cursor: () => 'crosshair',
  isBusy: ({ drag }) => drag !== null,
};

function rectOf({ drag, modifiers }: RectSelectState): Rect | null {
  if (!drag) return null;
  return draggedRect(drag.from, drag.to, {
    aspect: modifiers.shift && !drag.heldAtPress.shift ? 1 : null,
    fromCentre: modifiers.alt && !drag.heldAtPress.alt,
  });
}

function stillHeld(before: Modifiers, now: Modifiers): Modifiers {
  return { ...before, shift: before.shift && now.shift, alt: before.alt && now.alt };
}
