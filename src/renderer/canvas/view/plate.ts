import { intersectRect, isEmptyRect, scaling, transformedBounds, type Rect } from '#shared/document/geometry';
import { grown } from '../pixels/surface.ts';
import type { Painted, PlateId, PlateInfo, PlateView } from '../worker/protocol.ts';
import { Sheet, wholeTiles } from './sheet.ts';

/** A plate as the page has it: the sheet at the level of the moment, and the one before it until that is whole. */
export class Plate {
  readonly info: PlateInfo;
  #current: Sheet | null = null;
  #previous: Sheet | null = null;
  #wanted: Rect | null = null;

  constructor(info: PlateInfo) {
    this.info = info;
  }

  get id(): PlateId {
    return this.info.plate;
  }

  /**
   * Sees to it that a part of the plate is there, or on its way.
   * @param visible - in document pixels
   * @returns what to ask the worker for; null where the plate has nothing to show
   */
  want(level: number, visible: Rect): PlateView | null {
    const shrink = scaling(1 / 2 ** level, 1 / 2 ** level);
    const bounds = transformedBounds(shrink, this.info.bounds);
    const inView = intersectRect(transformedBounds(shrink, visible), bounds);
    this.#wanted = inView;
    if (isEmptyRect(inView)) {
      this.#drop();
      return null;
    }
    // A tile more all round comes while one pans, before it is seen.
    const near = wholeTiles(intersectRect(grown(inView, 128), bounds));
    if (this.#current?.level !== level) {
      if (this.#current) {
        // A sheet that never became whole is no better to look at than the one before it.
        if (this.#current.isWhole || !this.#previous) {
          this.#previous?.dispose();
          this.#previous = this.#current;
        } else this.#current.dispose();
      }
      this.#current = new Sheet(level, near);
    } else if (!contains(this.#current.rect, wholeTiles(inView))) this.#current.moveTo(near);
    return { plate: this.id, sheet: this.#current.id, level, rect: this.#current.rect };
  }

  /** Takes pixels from the worker; those for a sheet that is not looked at any more are dropped. */
  put(painted: Painted): boolean {
    if (painted.sheet !== this.#current?.id) return false;
    this.#current.put(painted);
    if (this.#previous && this.isReady) {
      this.#previous.dispose();
      this.#previous = null;
    }
    return true;
  }

  /** Everything in view has come. */
  get isReady(): boolean {
    if (!this.#wanted || isEmptyRect(this.#wanted)) return true;
    return this.#current?.isReady(this.#wanted) ?? false;
  }

  draw(context: CanvasRenderingContext2D): void {
    // Only where nothing better has come: two translucent copies over one another would be darker than one.
    for (const part of this.#previous && this.#current ? this.#current.missing : []) {
      this.#previous?.drawPart(context, part);
    }
    this.#current?.draw(context);
  }

  dispose(): void {
    this.#drop();
  }

  #drop(): void {
    this.#current?.dispose();
    this.#previous?.dispose();
    this.#current = this.#previous = null;
  }
}

function contains(outer: Rect, inner: Rect): boolean {
  const common = intersectRect(outer, inner);
  return common.width === inner.width && common.height === inner.height;
}
