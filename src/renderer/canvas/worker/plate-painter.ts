import { intersectRect, isEmptyRect, scaling, transformedBounds, type Rect } from '#shared/document/geometry';
import { tilesTouching, type TileKey } from '#shared/document/tile-index';
import { grown, tileRect, type Block } from '../pixels/surface.ts';
import type { Painted, PlateId, PlateView } from './protocol.ts';
import type { Pause } from './steps.ts';

interface PlateState {
  readonly view: PlateView;
  /** Tiles the page has. */
  readonly shown: Set<TileKey>;
  /** Parts of those that have changed since, in the level's pixels. */
  readonly dirty: Rect[];
}

/** Composing goes on for this long before other messages are let in. */
const sliceMs = 6;
/** More parts than this are sent as one. */
const mostDirtyParts = 8;

/**
 * Keeps the page supplied with the parts of plates it looks at: first what has changed, then what it has not got yet,
 * from the middle outwards. Composes nothing that nobody looks at.
 */
export class PlatePainter {
  readonly #compose: (plate: PlateId, level: number, rect: Rect) => Block | null;
  readonly #send: (painted: Painted) => void;
  readonly #pause: Pause;
  #plates: PlateState[] = [];
  #held: readonly PlateId[] = [];
  #isBusy = false;

  constructor(options: {
    /** The pixels of a plate; null where it is blank. */
    readonly compose: (plate: PlateId, level: number, rect: Rect) => Block | null;
    readonly send: (painted: Painted) => void;
    readonly pause: Pause;
  }) {
    this.#compose = options.compose;
    this.#send = options.send;
    this.#pause = options.pause;
  }

  /** Says what the page looks at now. */
  look(views: readonly PlateView[]): void {
    this.#plates = views.map((view) => {
      const old = this.#plates.find((state) => state.view.sheet === view.sheet);
      const shown = [...(old?.shown ?? [])].filter((key) => !isEmptyRect(intersectRect(tileRect(key), view.rect)));
      return { view, shown: new Set(shown), dirty: [...(old?.dirty ?? [])] };
    });
    this.#start();
  }

  /** Paints nothing of some plates until told otherwise: they are about to look different. */
  hold(plates: readonly PlateId[]): void {
    this.#held = plates;
    this.#start();
  }

  /** Says what has changed, in document pixels. */
  invalidate(plates: readonly PlateId[], rects: readonly Rect[]): void {
    for (const { view, shown, dirty } of this.#plates) {
      if (!plates.includes(view.plate)) continue;
      const scale = 2 ** view.level;
      for (const rect of rects) {
        const bounds = transformedBounds(scaling(1 / scale, 1 / scale), rect);
        // Sampling smears by a pixel of the level.
        const part = intersectRect(view.level === 0 ? bounds : grown(bounds, 1), view.rect);
        if (isEmptyRect(part) || shown.size === 0) continue;
        dirty.push(part);
      }
      if (dirty.length > mostDirtyParts) dirty.splice(0, dirty.length, joined(dirty));
    }
    this.#start();
  }

  get #paintable(): PlateState[] {
    return this.#plates.filter(({ view }) => !this.#held.includes(view.plate));
  }

  #start(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    try {
      let since = performance.now();
      while (this.#paintChange() || this.#paintNext()) {
        if (performance.now() - since < sliceMs) continue;
        await this.#pause();
        since = performance.now();
      }
    } finally {
      this.#isBusy = false;
    }
  }

  #paintChange(): boolean {
    for (const { view, shown, dirty } of this.#paintable) {
      const part = dirty.shift();
      if (!part) continue;
      // Only within tiles the page has: the others are sent whole, as they are by then.
      const keys = tilesTouching(part);
      if (keys.every((key) => shown.has(key))) this.#paint(view, part);
      else for (const key of keys) if (shown.has(key)) this.#paint(view, intersectRect(part, tileRect(key)));
      return true;
    }
    return false;
  }

  #paintNext(): boolean {
    for (const { view, shown } of this.#paintable) {
      const missing = tilesTouching(view.rect).filter((key) => !shown.has(key));
      if (missing.length === 0) continue;
      const key = missing.reduce((one, other) =>
        fromMiddle(other, view.rect) < fromMiddle(one, view.rect) ? other : one,
      );
      shown.add(key);
      this.#paint(view, tileRect(key));
      return true;
    }
    return false;
  }

  #paint({ plate, sheet, level }: PlateView, rect: Rect): void {
    const block = this.#compose(plate, level, rect);
    const data = block && new Uint8ClampedArray(block.data.buffer as ArrayBuffer);
    this.#send({ plate, sheet, level, rect, data });
  }
}

function joined(rects: readonly Rect[]): Rect {
  const left = Math.min(...rects.map(({ x }) => x));
  const top = Math.min(...rects.map(({ y }) => y));
  const right = Math.max(...rects.map(({ x, width }) => x + width));
  const bottom = Math.max(...rects.map(({ y, height }) => y + height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function fromMiddle(key: TileKey, { x, y, width, height }: Rect): number {
  const tile = tileRect(key);
  return Math.hypot(tile.x + tile.width / 2 - x - width / 2, tile.y + tile.height / 2 - y - height / 2);
}
