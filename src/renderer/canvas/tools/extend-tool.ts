import { type Point, type Rect } from '#shared/document/geometry';
import { gripAt, gripCursor, gripPoint, grips, heldGrip, pulledRect, type Grip } from './drag-rect.ts';
import { rectPoints, type OverlayShape } from './overlay-shape.ts';
import { stay, step, type Tool, type ToolContext } from './tool.ts';

interface ExtendState {
  readonly drag: { readonly grip: Grip; readonly from: Point; readonly origin: Rect; readonly rect: Rect } | null;
  readonly pointer: Point | null;
}

const rest: ExtendState = { drag: null, pointer: null };

/** The most that can be added at a side, in pixels: what one request to the model takes. */
const mostAdded = 8192;

/** A frame around the document that shows where it shall grow to. Alt pulls both sides, Shift all four. */
export const extendTool: Tool<ExtendState> = {
  id: 'extend',
  initial: rest,
  update: (state, input, context) => {
    const { drag } = state;
    switch (input.kind) {
      case 'press': {
        if (input.button !== 'left') return stay(state);
        const origin = frameOf(context);
        const grip = gripAt(origin, input.point, context.gripReach / context.zoom);
        return stay({ pointer: input.point, drag: grip ? { grip, from: input.point, origin, rect: origin } : null });
      }
      case 'drag': {
        if (!drag) return stay(state);
        const { origin, grip, from } = drag;
        const { shift, alt, mod } = input.modifiers;
        const aspect = shift ? origin.width / origin.height : null;
        const to = heldGrip(input.point, from, gripPoint(origin, grip));
        const pulled = pulledRect(origin, grip, to, { aspect, fromCentre: alt });
        const rect = aroundDocument(pulled, context, mod ? 1 : context.settings.extend.step);
        return stay({ pointer: input.point, drag: { ...drag, rect } });
      }
      case 'release':
        if (!drag) return stay(state);
        return step({ ...state, drag: null }, { type: 'set-extend-frame', rect: unlessDocument(drag.rect, context) });
      case 'cancel':
        return drag ? stay({ ...state, drag: null }) : step(rest, { type: 'set-extend-frame', rect: null });
      case 'hover':
        return stay({ ...state, pointer: input.point });
      case 'leave':
        return stay({ ...state, pointer: null });
      case 'back':
      case 'confirm':
      case 'nudge':
      case 'modifiers':
        return stay(state);
    }
  },
  overlay: ({ drag, pointer }, context) => {
    const rect = drag?.rect ?? frameOf(context);
    const shapes: OverlayShape[] = [
      { kind: 'growth', rect },
      { kind: 'line', points: rectPoints(rect), closed: true, style: 'frame' },
      ...grips.map((grip): OverlayShape => ({ kind: 'handle', at: gripPoint(rect, grip) })),
    ];
    if (drag && pointer) shapes.push({ kind: 'label', at: pointer, text: `${rect.width} × ${rect.height}` });
    return shapes;
  },
  cursor: ({ drag, pointer }, context) => {
    const grip = drag?.grip ?? (pointer && gripAt(frameOf(context), pointer, context.gripReach / context.zoom));
    return grip ? gripCursor(grip) : 'default';
  },
  isBusy: ({ drag }) => drag !== null,
};

const frameOf = ({ extendFrame, document }: ToolContext): Rect => extendFrame ?? { x: 0, y: 0, ...document };

/** Each side moved outwards in whole steps from the document's, and never inside it. */
function aroundDocument(rect: Rect, { document }: ToolContext, stepPx: number): Rect {
  const added = (by: number): number => Math.min(mostAdded, Math.max(0, Math.round(by / stepPx) * stepPx));
  const left = added(-rect.x);
  const top = added(-rect.y);
  const right = added(rect.x + rect.width - document.width);
  const bottom = added(rect.y + rect.height - document.height);
  return { x: 0 - left, y: 0 - top, width: document.width + left + right, height: document.height + top + bottom };
}

function unlessDocument(rect: Rect, { document }: ToolContext): Rect | null {
  return rect.width === document.width && rect.height === document.height ? null : rect;
}
