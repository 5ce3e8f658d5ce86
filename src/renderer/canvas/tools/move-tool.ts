import { apply, compose, identity, translation, type Point, type Transform } from '#shared/document/geometry';
import { gripPoint, grips, heldGrip, opposite, type Grip } from './drag-rect.ts';
import { boundsOfPoints, boxCorners, boxGripCursor, boxPartAt, pullBox, turnBox, type BoxPart } from './move-box.ts';
import type { OverlayShape } from './overlay-shape.ts';
import { snapEdge, snapRect } from './snapping.ts';
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

const rest: MoveState = { drag: null, pointer: null };
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
        if (!context.moveTarget || drag) return stay(state);
        const by = translation(input.by.x, input.by.y);
        return step(state, { type: 'move-begin' }, { type: 'move-end', by });
      }
      case 'hover':
        return stay({ ...state, pointer: input.point });
      case 'leave':
        return stay({ ...state, pointer: null });
      case 'back':
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
    const part = state.drag?.part ?? (state.pointer && boxPartAt(target, state.pointer, context));
    if (part?.kind === 'grip') return boxGripCursor(target, part.grip);
    return part?.kind === 'turn' ? 'rotate' : 'move';
  },
  isBusy: ({ drag }) => drag !== null,
};

function press(state: MoveState, input: PointerInput, context: ToolContext): Step<MoveState> {
  const target = context.moveTarget;
  if (input.button !== 'left' || !target) return stay(state);
  const part = boxPartAt(target, input.point, context);
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
  return stay({ drag, pointer: input.point });
}

function pull(state: MoveState, drag: MoveDrag, input: PointerInput, context: ToolContext): Step<MoveState> {
  const isFirst = !drag.hasMoved;
  if (isFirst && distance(drag.fromScreen, input.screen) <= clickReach) return stay(state);
  const moved: MoveDrag = { ...drag, hasMoved: true, ...outcome(drag, input.point, input.modifiers, context) };
  const next: MoveState = { ...state, drag: moved, pointer: input.point };
  const moveBy = { type: 'move-by', by: moved.by } as const;
  return isFirst ? step(next, { type: 'move-begin' }, moveBy) : step(next, moveBy);
}

function release({ drag }: MoveState, pointer: Point): Step<MoveState> {
  if (!drag?.hasMoved) return stay({ ...rest, pointer });
  return step({ drag: null, pointer }, { type: 'move-end', by: drag.by });
}

type Outcome = Pick<MoveDrag, 'by' | 'label' | 'guides'>;

function outcome(drag: MoveDrag, to: Point, modifiers: Modifiers, context: ToolContext): Outcome {
  switch (drag.part.kind) {
    case 'grip':
      return pulled(drag, drag.part.grip, to, modifiers, context);
    case 'turn': {
      const { by, degrees } = turnBox(drag.target, drag.from, to, modifiers.shift ? turnSteps : null);
      return { by, label: `${Math.round(degrees * 10) / 10}°`, guides: noGuides };
    }
    case 'body':
      return shifted(drag, to, modifiers, context);
  }
}

function pulled(
  { target, from }: MoveDrag,
  grip: Grip,
  pointer: Point,
  { shift, alt, mod }: Modifiers,
  context: ToolContext,
): Outcome {
  const keys = { free: shift, fromCentre: alt };
  const to = heldGrip(pointer, from, apply(target.toDocument, gripPoint(target.bounds, grip)));
  const onPixel = { x: Math.round(to.x), y: Math.round(to.y) };
  const snap = mod ? null : snapPulled(target, grip, onPixel, keys, context);
  const result = pullBox(target, grip, snap?.to ?? onPixel, keys);
  if (!result) return { by: identity, label: '', guides: noGuides };
  const percent = (scale: number): string => `${Math.round(Math.abs(scale) * 1000) / 10} %`;
  const { x, y } = result.scale;
  const label = x === y ? percent(x) : `${percent(x)} × ${percent(y)}`;
  return { by: result.by, label, guides: snap?.guides ?? noGuides };
}

/** Where a pulled grip sticks to; edges of a turned box are neither upright nor level, and stick to nothing. */
function snapPulled(
  target: MoveTarget,
  grip: Grip,
  to: Point,
  keys: { readonly free: boolean; readonly fromCentre: boolean },
  { settings, zoom, document, snapRects }: ToolContext,
): { readonly to: Point; readonly guides: MoveDrag['guides'] } | null {
  const { toDocument, bounds } = target;
  if (!settings.move.snap || toDocument.b !== 0 || toDocument.c !== 0) return null;
  const others = [{ x: 0, y: 0, ...document }, ...snapRects];
  const pull = pullBox(target, grip, to, keys);
  if (!pull) return null;
  // A corner that keeps its shape is beside the pointer, on the diagonal.
  const edge = apply(compose(pull.by, toDocument), gripPoint(bounds, grip));
  const x = grip.x === 0 ? null : snapEdge('x', edge.x, others, snapReach / zoom);
  const y = grip.y === 0 ? null : snapEdge('y', edge.y, others, snapReach / zoom);
  if (x === null && y === null) return null;
  if (grip.x === 0 || grip.y === 0 || keys.free) {
    return { to: { x: x ?? to.x, y: y ?? to.y }, guides: { xs: x === null ? [] : [x], ys: y === null ? [] : [y] } };
  }
  // In shape only one of the two can stick: the nearer one, with the corner staying on its diagonal.
  const anchor = gripPoint(bounds, keys.fromCentre ? { x: 0, y: 0 } : opposite(grip));
  const from = apply(toDocument, anchor);
  const isX = y === null || (x !== null && Math.abs(x - edge.x) <= Math.abs(y - edge.y));
  const stretch = isX ? (x! - from.x) / (edge.x - from.x) : (y - from.y) / (edge.y - from.y);
  const corner = { x: from.x + (edge.x - from.x) * stretch, y: from.y + (edge.y - from.y) * stretch };
  return { to: corner, guides: isX ? { xs: [x!], ys: [] } : { xs: [], ys: [y] } };
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

/** Where the box is, with what is being done to it. */
function shownBox({ drag }: MoveState, { moveTarget }: ToolContext): MoveTarget | null {
  return drag ? { ...drag.target, toDocument: compose(drag.by, drag.target.toDocument) } : moveTarget;
}
