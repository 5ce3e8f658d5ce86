import {
  compose,
  identity,
  invert,
  scaling,
  transformedBounds,
  type Rect,
  type Transform,
} from '#shared/document/geometry';
import { grown } from '../pixels/surface.ts';
import type { Look, Painted, PlateId, PlateInfo, PlateView } from '../worker/protocol.ts';
import { Plate } from './plate.ts';
import type { PictureContent } from './picture-view.ts';
import type { Screen } from './screen.ts';
import { levelFor, visibleRect, type Size } from './viewport.ts';

/** How long zooming has to rest before finer pixels are ordered. */
const sharpenMs = 90;

interface PlateSet {
  readonly plates: readonly Plate[];
  /** What the plate `moving` is moved by. */
  by: Transform;
}

/**
 * The plates at hand: orders from the worker what is in view, and changes from the whole picture to its parts, and back,
 * only when all of what is to be seen has come.
 */
export class PlateDesk {
  readonly #onLook: (look: Pick<Look, 'plates' | 'outline'>) => void;
  /** Another set of plates is drawn from now on. */
  readonly #onSwap: () => void;
  #document: Size;
  #shown: PlateSet;
  #coming: PlateSet | null = null;
  /** The parts that the hand moves now; parts of the gesture before may still be shown. */
  #inHand: PlateSet | null = null;
  #by: Transform = identity;
  #tint: Plate;
  #before: Plate | null = null;
  #screen: Screen | null = null;
  #level = Infinity;
  #sharpening: ReturnType<typeof setTimeout> | undefined;
  #lastLook = '';

  constructor(
    document: Size,
    events: { readonly onLook: (look: Pick<Look, 'plates' | 'outline'>) => void; readonly onSwap: () => void },
  ) {
    this.#onLook = events.onLook;
    this.#onSwap = events.onSwap;
    this.#document = document;
    this.#shown = this.#wholePicture();
    this.#tint = this.#plate('tint');
  }

  /** A document of another size shows other plates; the old ones would be at the wrong place. */
  setDocument(document: Size): void {
    this.#document = document;
    this.#drop(this.#shown);
    if (this.#coming) this.#drop(this.#coming);
    this.#tint.dispose();
    this.#shown = this.#wholePicture();
    this.#coming = null;
    this.#tint = this.#plate('tint');
    if (this.#before) this.compare(true);
  }

  /** A gesture begins: whatever is moved from now on belongs to parts that are yet to come. */
  beginMove(): void {
    this.#by = identity;
    this.#inHand = null;
  }

  /** Draws parts of the picture in its stead, as soon as they have come. */
  part(infos: readonly PlateInfo[]): void {
    this.#inHand = { plates: infos.map((info) => new Plate(info)), by: this.#by };
    this.#come(this.#inHand);
  }

  /** Moves the parts that are to be moved. */
  moveBy(by: Transform): void {
    this.#by = by;
    if (!this.#inHand) return;
    this.#inHand.by = by;
    this.order();
  }

  /** Draws the whole picture again, as soon as it has come. */
  unpart(): void {
    // Parts that never came to be seen are not needed any more.
    if (this.#coming && this.#coming === this.#inHand) {
      this.#drop(this.#coming);
      this.#coming = null;
    }
    this.#inHand = null;
    if (this.#isParted(this.#shown)) this.#come(this.#wholePicture());
    else this.order();
  }

  compare(isOn: boolean): void {
    this.#before?.dispose();
    this.#before = isOn ? this.#plate('before') : null;
    this.order();
  }

  /** Takes pixels from the worker and says where they are seen, in document pixels; null where they are not. */
  put(painted: Painted): Rect | null {
    const sets = [this.#shown, ...(this.#coming ? [this.#coming] : [])];
    const plates = [...sets.flatMap((set) => set.plates), this.#tint, ...(this.#before ? [this.#before] : [])];
    const taken = plates.filter((plate) => plate.id === painted.plate && plate.put(painted));
    this.#swapIfReady();
    const isSeen = taken.some(
      (plate) => plate === this.#tint || plate === this.#before || this.#shown.plates.includes(plate),
    );
    if (!isSeen) return null;
    const scale = 2 ** painted.level;
    const by = painted.plate === 'moving' ? this.#shown.by : identity;
    return grown(transformedBounds(compose(by, scaling(scale, scale)), painted.rect), painted.level === 0 ? 0 : scale);
  }

  /**
   * Looks from another place. Coarser pixels are ordered at once; finer ones when zooming has come to rest, for while one
   * zooms through the levels each would be out of date before it has come.
   */
  look(screen: Screen): void {
    const hasZoomed = screen.viewport.zoom !== this.#screen?.viewport.zoom;
    this.#screen = screen;
    const level = levelFor(screen.viewport.zoom, screen.pixelRatio);
    if (level >= this.#level || this.#level === Infinity) {
      clearTimeout(this.#sharpening);
      this.#level = level;
    } else if (hasZoomed) {
      clearTimeout(this.#sharpening);
      this.#sharpening = setTimeout(() => {
        this.#level = level;
        this.order();
      }, sharpenMs);
    }
    this.order();
  }

  /** Orders what is in view, if that is not what was ordered last. */
  order(): void {
    if (!this.#screen) return;
    const { viewport, view } = this.#screen;
    const level = this.#level;
    const visible = visibleRect(viewport, view);
    const views: PlateView[] = [];
    const want = (plate: Plate, by: Transform): void => {
      const back = invert(by);
      const wanted = back && plate.want(level, transformedBounds(back, visible));
      // The same plate may be shown and on its way; the worker need not know.
      if (wanted && !views.some((each) => each.plate === wanted.plate)) views.push(wanted);
    };
    for (const set of [this.#coming, this.#shown]) {
      for (const plate of set?.plates ?? []) want(plate, plate.id === 'moving' ? set!.by : identity);
    }
    want(this.#tint, identity);
    if (this.#before) want(this.#before, identity);
    const outline = { level, rect: transformedBounds(scaling(1 / 2 ** level, 1 / 2 ** level), grown(visible, 1)) };
    const look = { plates: views, outline };
    const text = JSON.stringify(look);
    if (text !== this.#lastLook) this.#onLook(look);
    this.#lastLook = text;
    this.#swapIfReady();
  }

  get content(): Pick<PictureContent, 'plates' | 'tint'> & { readonly before: Plate | null } {
    const { plates, by } = this.#shown;
    return {
      plates: plates.map((plate) => ({ plate, by: plate.id === 'moving' ? by : null })),
      tint: this.#tint,
      before: this.#before,
    };
  }

  dispose(): void {
    clearTimeout(this.#sharpening);
    for (const set of [this.#shown, this.#coming]) if (set) this.#drop(set);
    this.#tint.dispose();
    this.#before?.dispose();
  }

  #come(set: PlateSet): void {
    if (this.#coming) this.#drop(this.#coming);
    this.#coming = set;
    this.order();
  }

  #swapIfReady(): void {
    if (!this.#coming?.plates.every((plate) => plate.isReady)) return;
    const old = this.#shown;
    this.#shown = this.#coming;
    this.#coming = null;
    this.#drop(old);
    this.#onSwap();
    this.order();
  }

  #isParted({ plates }: PlateSet): boolean {
    return plates.some(({ id }) => id !== 'picture');
  }

  #wholePicture(): PlateSet {
    return { plates: [this.#plate('picture')], by: identity };
  }

  #plate(plate: PlateId): Plate {
    return new Plate({ plate, opacity: 1, blend: 'normal', bounds: { x: 0, y: 0, ...this.#document } });
  }

  #drop({ plates }: PlateSet): void {
    for (const plate of plates) plate.dispose();
  }
}
