import type { Point } from '#shared/document/geometry';
import type { SelectionMode } from '../pixels/selection.ts';
import type { OverlayShape } from './overlay-shape.ts';
import {
  clickReach,
  distance,
  selectionModeOf,
  stay,
  step,
  type PointerInput,
  type Step,
  type Tool,
  type ToolContext,
} from './tool.ts';

interface PolygonState {
  readonly drawing: { readonly points: readonly Point[]; readonly mode: SelectionMode } | null;
  /** Where the next corner would be: it can still be dragged after the press. */
  readonly next: Point | null;
  readonly isPressed: boolean;
}

const rest: PolygonState = { drawing: null, next: null, isPressed: false };

/**
 * Selects a shape with straight sides, a click a corner. A click on the first or the last corner closes it, so does Enter;
 * Backspace takes the last corner back. Shift keeps a side to steps of 45°.
 */
export const polygonTool: Tool<PolygonState> = {
  id: 'polygon',
  initial: rest,
  update: (state, input, context) => {
    const { drawing } = state;
    switch (input.kind) {
      case 'press': {
        if (input.button !== 'left') return stay(state);
        if (drawing) return stay({ ...state, next: nextCorner(drawing.points, input), isPressed: true });
        const mode = selectionModeOf(input.modifiers, context.settings.select.mode);
        return stay({ drawing: { points: [], mode }, next: input.point, isPressed: true });
      }
      case 'drag':
      case 'hover':
        return stay(drawing ? { ...state, next: nextCorner(drawing.points, input) } : state);
      case 'release':
        return drawing && state.isPressed
          ? placed(state, drawing, nextCorner(drawing.points, input), context)
          : stay(state);
      case 'confirm':
        return drawing && !state.isPressed ? closed(drawing) : stay(state);
      case 'back': {
        if (!drawing || state.isPressed) return stay(state);
        const points = drawing.points.slice(0, -1);
        return stay(points.length === 0 ? rest : { ...state, drawing: { ...drawing, points } });
      }
      case 'cancel':
        return stay(rest);
      case 'leave':
      case 'nudge':
      case 'modifiers':
        return stay(state);
    }
  },
  overlay: ({ drawing, next, isPressed }, { zoom, gripReach }) => {
    if (!drawing) return [];
    const [first] = drawing.points;
    const points = next ? [...drawing.points, next] : drawing.points;
    const shapes: OverlayShape[] = [{ kind: 'line', points, closed: false, style: 'ants' }];
    const closes = first && next && drawing.points.length > 2 && distance(first, next) * zoom <= gripReach;
    if (first && (closes || !isPressed)) shapes.push({ kind: 'handle', at: first });
    return shapes;
  },
  cursor: () => 'crosshair',
  isBusy: ({ drawing }) => drawing !== null,
};

function placed(
  state: PolygonState,
  drawing: NonNullable<PolygonState['drawing']>,
  at: Point,
  { zoom, gripReach }: ToolContext,
): Step<PolygonState> {
  const { points } = drawing;
  const [first] = points;
  const last = points.at(-1);
  const isOn = (corner: Point | undefined, reach: number): boolean =>
    corner !== undefined && distance(corner, at) * zoom <= reach;
  // The second click of a double click is where the first was.
  if (isOn(last, clickReach) || (points.length > 2 && isOn(first, gripReach))) return closed(drawing);
  return stay({ ...state, drawing: { ...drawing, points: [...points, at] }, isPressed: false });
}

/** Fewer than three corners enclose nothing: as a click elsewhere, they select nothing. */
function closed({ points, mode }: NonNullable<PolygonState['drawing']>): Step<PolygonState> {
  if (points.length >= 3) return step(rest, { type: 'select', shape: { kind: 'polygon', points }, mode });
  return mode === 'replace' ? step(rest, { type: 'select-none' }) : stay(rest);
}

function nextCorner(points: readonly Point[], { point, modifiers }: PointerInput): Point {
  const last = points.at(-1);
  if (!last || !modifiers.shift) return point;
  const eighth = Math.PI / 4;
  const angle = Math.round(Math.atan2(point.y - last.y, point.x - last.x) / eighth) * eighth;
  const length = distance(last, point);
  return { x: last.x + length * Math.cos(angle), y: last.y + length * Math.sin(angle) };
}
