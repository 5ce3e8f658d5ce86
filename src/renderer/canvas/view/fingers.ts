import type { Point } from '#shared/document/geometry';

/** What two fingers have done since they both were down. */
export interface Pinch {
  /** The middle between them, in CSS pixels from the top left of the view: at first, and now. */
  readonly from: Point;
  readonly to: Point;
  /** How much further apart they are. */
  readonly scale: number;
}

interface Finger {
  readonly id: number;
  readonly from: Point;
  readonly at: Point;
}

/** The fingers on the view. Two of them pinch, until all are lifted: the one that stays a moment longer does nothing. */
export class Fingers {
  #pair: readonly Finger[] = [];
  readonly #down = new Set<number>();
  #arePinching = false;

  get arePinching(): boolean {
    return this.#arePinching;
  }

  /** Returns whether a pinch begins with this finger. A third one changes nothing. */
  down(id: number, at: Point): boolean {
    this.#down.add(id);
    if (this.#arePinching) return false;
    this.#pair = [...this.#pair, { id, from: at, at }];
    if (this.#pair.length < 2) return false;
    this.#pair = this.#pair.map((finger) => ({ ...finger, from: finger.at }));
    this.#arePinching = true;
    return true;
  }

  /** Returns what the two have done together; null while they do nothing. */
  move(id: number, at: Point): Pinch | null {
    if (!this.#pair.some((finger) => finger.id === id)) return null;
    this.#pair = this.#pair.map((finger) => (finger.id === id ? { ...finger, at } : finger));
    const [one, other] = this.#pair;
    if (!this.#arePinching || !one || !other) return null;
    const scale = apart(one.at, other.at) / apart(one.from, other.from);
    return { from: middle(one.from, other.from), to: middle(one.at, other.at), scale };
  }

  up(id: number): void {
    this.#down.delete(id);
    this.#pair = this.#pair.filter((finger) => finger.id !== id);
    if (this.#down.size === 0) this.#arePinching = false;
  }
}

const middle = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });

/** Never nothing: fingers that touch can still move apart. */
const apart = (one: Point, other: Point): number => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
