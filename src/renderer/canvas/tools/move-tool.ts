import { compose, identity, translation, type Point, type Transform } from '#shared/document/geometry';
import { gripPoint, grips, type Grip } from './drag-rect.ts';
import { apply } from '#shared/document/geometry';
import { boundsOfPoints, boxCorners, boxGripCursor, boxPartAt, pullBox, turnBox, type BoxPart } from './move-box.ts';
import type { OverlayShape } from './overlay-shape.ts';
import { snapRect } from './snapping.ts';
import {
  clickReach,
  distance,
  stay,
  step,
  type Modifiers,
  type MoveTarget,
  type PointerInput,
  type Step,
  type Tool,
  type ToolContext,
} from './tool.ts';

interface MoveState {
  readonly drag: MoveDrag | null;
  /** What was just done, shown until the document tells the same. */
  readonly dropped: { readonly target: MoveTarget; readonly by: Transform } | null;
  readonly pointer: Point | null;
}

interface MoveDrag {
  readonly part: BoxPart;
  readonly target: MoveTarget;
  readonly from: Point;
  readonly fromScreen: Point;
  readonly hasMoved: boolean;
  readonly by: Transform;
  readonly label: string;
  readonly guides: { readonly xs: readonly number[]; readonly ys: readonly number[] };
}

const rest: MoveState = { drag: null, dropped: null, pointer: null };
const noGuides = { xs: [], ys: [] };
/** How near things have to be to stick to one another; CSS pixels. */
const snapReach = 6;
const turnSteps = 15;

/**
 * Moves, stretches and turns the active layer, or what is selected of it. Shift keeps to an axis while moving, frees the
 * shape while stretching, and turns in steps; Alt keeps the middle; Control lets nothing stick.
 */
export const moveTool: Tool<MoveState> = {
  id: 'move',
  initial: rest,
  update: (state, input, context) => {
    const { drag } = state;
    switch (input.kind) {
      case 'press':
        return press(state, input, context);
      case 'drag':
        return drag ? pull(state, drag, input, context) : stay(state);
      case 'release':
        return release(state, input.point);
      case 'cancel':
        return drag?.hasMoved ? step(rest, { type: 'move-end', by: null }) : stay({ ...state, drag: null });
      case 'nudge': {
        const target = context.moveTarget;
        if (!target || drag) return stay(state);
        const by = translation(input.by.x, input.by.y);
        return step({ ...state, dropped: null }, { type: 'move-begin', lift: target.lift }, { type: 'move-end', by });
      }
      case 'hover':
        return stay({ ...state, pointer: input.point });
      case 'leave':
        return stay({ ...state, pointer: null });
      case 'confirm':
      case 'modifiers':
        return stay(state);
    }
  },
  overlay: (state, context) => {
    const box = shownBox(state, context);
    if (!box) return [];
    const shapes: OverlayShape[] = [{ kind: 'line', points: boxCorners(box), closed: true, style: 'frame' }];
    const { drag } = state;
    if (!drag?.hasMoved) {
      for (const grip of grips) shapes.push({ kind: 'handle', at: apply(box.toDocument, gripPoint(box.bounds, grip)) });
      return shapes;
    }
    const { width, height } = context.document;
    for (const x of drag.guides.xs)
      shapes.push({
        kind: 'line',
        points: [
          { x, y: 0 },
          { x, y: height },
        ],
        closed: false,
        style: 'guide',
      });
    for (const y of drag.guides.ys)
      shapes.push({
        kind: 'line',
        points: [
          { x: 0, y },
          { x: width, y },
        ],
        closed: false,
        style: 'guide',
      });
    if (state.pointer) shapes.push({ kind: 'label', at: state.pointer, text: drag.label });
    return shapes;
  },
  cursor: (state, context) => {
    const target = shownBox(state, context);
    if (!target) return 'default';
    const part = state.drag?.part ?? (state.pointer && boxPartAt(target, state.pointer, context.zoom));
    if (part?.kind === 'grip') return boxGripCursor(target, part.grip);
    return part?.kind === 'turn' ? 'rotate' : 'move';
  },
  isBusy: ({ drag }) => drag !== null,
};

function press(state: MoveState, input: PointerInput, context: ToolContext): Step<MoveState> {
  const target = context.moveTarget;
  if (input.button !== 'left' || !target) return stay(state);
  const part = boxPartAt(target, input.point, context.zoom);
  const drag: MoveDrag = {
    part,
    target,
    from: input.point,
    fromScreen: input.screen,
    hasMoved: false,
    by: identity,
    label: '',
    guides: noGuides,
  };
  return stay({ drag, dropped: null, pointer: input.point });
}

function pull(state: MoveState, drag: MoveDrag, input: PointerInput, context: ToolContext): Step<MoveState> {
  const isFirst = !drag.hasMoved;
  if (isFirst && distance(drag.fromScreen, input.screen) <= clickReach) return stay(state);
  const moved: MoveDrag = { ...drag, hasMoved: true, ...outcome(drag, input.point, input.modifiers, context) };
  const next: MoveState = { ...state, drag: moved, pointer: input.point };
  const moveBy = { type: 'move-by', by: moved.by } as const;
  return isFirst ? step(next, { type: 'move-begin', lift: drag.target.lift }, moveBy) : step(next, moveBy);
}

function release({ drag }: MoveState, pointer: Point): Step<MoveState> {
  if (!drag?.hasMoved) return stay({ ...rest, pointer });
  const { target, by } = drag;
  return step({ drag: null, dropped: { target, by }, pointer }, { type: 'move-end', by });
}

type Outcome = Pick<MoveDrag, 'by' | 'label' | 'guides'>;

function outcome(drag: MoveDrag, to: Point, modifiers: Modifiers, context: ToolContext): Outcome {
  switch (drag.part.kind) {
    case 'grip':
      return pulled(drag, drag.part.grip, to, modifiers);
    case 'turn': {
      const { by, degrees } = turnBox(drag.target, drag.from, to, modifiers.shift ? turnSteps : null);
      return { by, label: `${Math.round(degrees * 10) / 10}°`, guides: noGuides };
    }
    case 'body':
      return shifted(drag, to, modifiers, context);
  }
}

function pulled({ target }: MoveDrag, grip: Grip, to: Point, { shift, alt }: Modifiers): Outcome {
  const onPixel = { x: Math.round(to.x), y: Math.round(to.y) };
  const result = pullBox(target, grip, onPixel, { free: shift, fromCentre: alt });
  if (!result) return { by: identity, label: '', guides: noGuides };
  const percent = (scale: number): string => `${Math.round(Math.abs(scale) * 1000) / 10} %`;
  const { x, y } = result.scale;
  return { by: result.by, label: x === y ? percent(x) : `${percent(x)} × ${percent(y)}`, guides: noGuides };
}

/** Always by whole pixels, so that pixels stay the pixels they are. */
function shifted(drag: MoveDrag, to: Point, { shift, mod }: Modifiers, context: ToolContext): Outcome {
  const { zoom, settings, snapRects, document } = context;
  let dx = to.x - drag.from.x;
  let dy = to.y - drag.from.y;
  if (shift && Math.abs(dx) < Math.abs(dy)) dx = 0;
  else if (shift) dy = 0;
  let guides: MoveDrag['guides'] = noGuides;
  if (settings.move.snap && !mod) {
    const box = boundsOfPoints(boxCorners(drag.target));
    const others = [{ x: 0, y: 0, ...document }, ...snapRects];
    const snap = snapRect({ ...box, x: box.x + dx, y: box.y + dy }, others, snapReach / zoom);
    if (!shift || dx !== 0) dx += snap.by.x;
    if (!shift || dy !== 0) dy += snap.by.y;
    guides = snap;
  }
  dx = Math.round(dx);
  dy = Math.round(dy);
  return { by: translation(dx, dy), label: `${signed(dx)}, ${signed(dy)}`, guides };
}

const signed = (value: number): string => (value < 0 ? `−${-value}` : `+${value}`);

/** Where the box is, with what is being done to it, or was just done. */
function shownBox({ drag, dropped }: MoveState, { moveTarget }: ToolContext): MoveTarget | null {
  const change = drag ?? (dropped && isSame(dropped.target, moveTarget) ? dropped : null);
  if (!change) return moveTarget;
  return { ...change.target, toDocument: compose(change.by, change.target.toDocument) };
}

const isSame = (one: MoveTarget, other: MoveTarget | null): boolean => JSON.stringify(one) === JSON.stringify(other);
