import type { Point } from '#shared/document/geometry';
import type { SelectionMode } from '../pixels/selection.ts';
import { selectionModeOf, stay, step, type Tool } from './tool.ts';

interface LassoState {
  readonly drag: { readonly points: readonly Point[]; readonly mode: SelectionMode } | null;
}

const rest: LassoState = { drag: null };

/** Selects what is drawn around; a click selects nothing. */
export const lassoTool: Tool<LassoState> = {
  id: 'lasso',
  initial: rest,
  update: (state, input, { settings, zoom }) => {
    const { drag } = state;
    switch (input.kind) {
      case 'press':
        if (input.button !== 'left') return stay(state);
        return stay({ drag: { points: [input.point], mode: selectionModeOf(input.modifiers, settings.select.mode) } });
      case 'drag': {
        if (!drag) return stay(state);
        const points = [...drag.points];
        for (const sample of input.samples) {
          const last = points.at(-1)!;
          // Finer than half a CSS pixel nobody draws.
          if (Math.hypot(sample.x - last.x, sample.y - last.y) * zoom >= 0.5) points.push({ x: sample.x, y: sample.y });
        }
        return stay({ drag: { ...drag, points } });
      }
      case 'release': {
        if (!drag) return stay(rest);
        if (drag.points.length >= 3) {
          return step(rest, { type: 'select', shape: { kind: 'polygon', points: drag.points }, mode: drag.mode });
        }
        return drag.mode === 'replace' ? step(rest, { type: 'select-none' }) : stay(rest);
      }
      case 'cancel':
        return stay(rest);
      case 'hover':
      case 'leave':
      case 'back':
      case 'confirm':
      case 'nudge':
      case 'modifiers':
        return stay(state);
    }
  },
  overlay: ({ drag }) => (drag ? [{ kind: 'line', points: drag.points, closed: false, style: 'ants' }] : []),
  cursor: () => 'crosshair',
  isBusy: ({ drag }) => drag !== null,
};
