import { compose, identity, isWholePixelMove, type Rect, type Transform } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { withTransformed } from '../../document/pixel-edits.ts';
import { placeBox, type BoxNumbers } from '../tools/box-numbers.ts';
import type { MoveTarget } from '../tools/tool.ts';
import type { CanvasView } from '../view/canvas-view.ts';
import type { PixelSession } from './pixel-session.ts';

/** The active layer, what is selected of it, or several layers, in the hand: moved in sight, and a commit once let go. */
export interface Moving {
  /** What can be moved, where it is seen now. While it is moved, and a moment longer, the document does not tell that. */
  readonly target: MoveTarget | null;
  begin(): void;
  /** Moves by a map of document coordinates, counted from where it was at the beginning. */
  by(map: Transform): void;
  /** Null puts everything back. */
  end(by: Transform | null): void;
  /** Gives the box other numbers; `endPlacing` makes one step of all that was changed since the last one. */
  place(numbers: Partial<BoxNumbers>): void;
  endPlacing(): void;
}

export interface MovingContext {
  readonly session: PixelSession;
  readonly view: CanvasView;
  /** What is moved as one. */
  readonly layers: () => readonly LayerId[];
  /** As the document and the worker tell it. */
  readonly target: () => MoveTarget | null;
  readonly setSnapRects: (rects: readonly Rect[]) => void;
}

interface Held {
  readonly layers: readonly [LayerId, ...LayerId[]];
  readonly from: MoveTarget;
  by: Transform;
}

export function createMoving(context: MovingContext): Moving {
  const { session, view } = context;
  const { kernel } = session;
  let held: Held | null = null;
  /** Let go, and on its way into the document. */
  let dropped: Held | null = null;
  let isPlacing = false;

  const moved = ({ from, by }: Held): MoveTarget => ({ ...from, toDocument: compose(by, from.toDocument) });

  function target(): MoveTarget | null {
    if (held) return moved(held);
    const told = context.target();
    if (dropped && JSON.stringify(told) !== JSON.stringify(dropped.from)) dropped = null;
    return dropped ? moved(dropped) : told;
  }

  function begin(): void {
    endPlacing();
    const [layer, ...others] = context.layers();
    const from = target();
    if (!layer || !from) return;
    const layers = [layer, ...others] as const;
    const begun = (held = { layers, from, by: identity });
    dropped = null;
    view.beginMove();
    const parts = from.lift ? kernel.call('liftBegin', { layer }) : kernel.call('moveBegin', { layers });
    void session.track(async () => {
      const infos = await parts;
      if (held === begun) view.part(infos);
    });
    void session.track(() => offerSnapRects(begun));
  }

  async function offerSnapRects(begun: Held): Promise<void> {
    const others = Object.values(session.document.layers)
      .filter(({ id, kind, visible }) => !begun.layers.includes(id) && visible && kind !== 'group')
      .map(({ id }) => id);
    const rects = await kernel.call('boundsOf', { layers: others });
    if (held === begun) context.setSnapRects(rects);
  }

  function by(map: Transform): void {
    if (!held) return;
    held.by = map;
    view.moveBy(map);
    if (held.from.lift) view.moveOutlineBy(map);
  }

  function end(map: Transform | null): void {
    if (!held) return;
    const { layers, from } = held;
    const change = map && !isIdentity(map) ? map : null;
    const isMove = change !== null && isWholePixelMove(change);
    held = null;
    isPlacing = false;
    context.setSnapRects([]);
    if (from.lift) {
      // The outline stays where it was moved to until the worker tells where it is by then.
      if (!change) view.moveOutlineBy(identity);
      else void untilTold({ layers, from, by: change });
    } else {
      kernel.tell('moveEnd', null);
      if (change) {
        session.commit({
          action: isMove ? 'move' : 'transform',
          change: (document) => withTransformed(document, layers, change),
        });
      }
    }
    view.unpart();

    async function untilTold(put: Held): Promise<void> {
      dropped = put;
      await session.edit(isMove ? 'move-pixels' : 'transform-pixels', kernel.call('liftEnd', { by: put.by }));
      // Whether it came into the document or failed: what the worker tells holds.
      if (dropped === put) dropped = null;
    }
  }

  function endPlacing(): void {
    if (held && isPlacing) end(held.by);
  }

  return {
    get target() {
      return target();
    },
    begin,
    by,
    end,
    place: (numbers) => {
      if (!held) {
        begin();
        isPlacing = held !== null;
      }
      if (!held || !isPlacing) return;
      by(compose(placeBox(moved(held), numbers), held.by));
    },
    endPlacing,
  };
}

const isIdentity = (by: Transform): boolean => isWholePixelMove(by) && by.e === 0 && by.f === 0;
