import Konva from 'konva';
import { DisposableStore } from '#base/disposable';
import type { Point, Transform } from '#shared/document/geometry';
import type { Segments } from '../pixels/outline.ts';
import type { OverlayShape } from '../tools/overlay-shape.ts';
import type { Cursor } from '../tools/tool.ts';
import type { Look, Painted, PlateInfo } from '../worker/protocol.ts';
import { AntsView } from './ants-view.ts';
import { BackgroundView } from './background-view.ts';
import { cursorStyle } from './cursors.ts';
import { InsetFade } from './inset-fade.ts';
import type { MotionWish } from './motion-wish.ts';
import { OverlayView, type OverlayExtras } from './overlay-view.ts';
import { PictureView, type Inset } from './picture-view.ts';
import { PlateDesk } from './plate-desk.ts';
import type { Screen } from './screen.ts';
import type { CanvasTheme } from './theme.ts';
import { ViewportControl } from './viewport-control.ts';
import type { Size } from './viewport.ts';

export interface CanvasViewOptions {
  readonly container: HTMLDivElement;
  readonly theme: CanvasTheme;
  readonly document: Size;
  readonly motion: MotionWish;
  /** Asks the worker for what is looked at. */
  readonly onLook: (look: Pick<Look, 'plates' | 'outline'>) => void;
  /** The view is seen from another place, or has another size. */
  readonly onScreen: (screen: Screen) => void;
}

/**
 * The view: four canvases over one another (pasteboard, picture, ants, tools), and the viewport they are seen through.
 * It draws what it is given; nothing is read back from it.
 */
export class CanvasView {
  readonly viewport: ViewportControl;
  readonly #stage: Konva.Stage;
  readonly #background: BackgroundView;
  readonly #picture: PictureView;
  readonly #ants: AntsView;
  readonly #overlay: OverlayView;
  readonly #desk: PlateDesk;
  readonly #onScreen: (screen: Screen) => void;
  readonly #owned = new DisposableStore();
  readonly #fade: InsetFade;
  /** Over the inset: where it covers the document. */
  #insetTint: Inset | null = null;
  #shapes: readonly OverlayShape[] = [];
  #progress: OverlayExtras['progress'] = null;
  /** Part of the view's width that shows what was before; null while nothing is compared. */
  #split: number | null = null;
  #showsAnts = true;
  #outline: { readonly level: number; readonly segments: Segments } = { level: 0, segments: new Int32Array(0) };

  constructor({ container, theme, document, motion, onLook, onScreen }: CanvasViewOptions) {
    this.#onScreen = onScreen;
    this.#stage = new Konva.Stage({ container, width: 1, height: 1, listening: false });
    this.#owned.add(() => this.#stage.destroy());
    const [background, picture, ants, overlay] = Array.from({ length: 4 }, () => {
      const layer = new Konva.Layer({ listening: false });
      this.#stage.add(layer);
      return layer;
    }) as [Konva.Layer, Konva.Layer, Konva.Layer, Konva.Layer];
    this.#background = new BackgroundView(background, theme);
    // It draws by itself: clearing it when Konva thinks that it has to be drawn would leave it empty.
    picture.clearBeforeDraw(false);
    this.#picture = new PictureView(picture);
    this.#owned.add(() => this.#picture.dispose());
    this.#ants = new AntsView(ants, () => !window.document.hidden && motion.isWanted());
    this.#owned.add(this.#ants.dispose);
    this.#overlay = new OverlayView(overlay, theme);
    const reducedMotion = (): boolean => !motion.isWanted();
    this.#fade = new InsetFade({ onChange: () => this.#showPicture(), reducedMotion });
    this.#owned.add(() => this.#fade.dispose());
    this.#desk = new PlateDesk(document, { onLook, onSwap: () => this.#showPicture() });
    this.#owned.add(() => this.#desk.dispose());
    this.viewport = new ViewportControl(document, {
      onChange: () => this.#show(),
      reducedMotion,
    });
    this.#owned.add(() => this.viewport.dispose());
    this.#watch(container, [background, picture, ants, overlay]);
    const updateMarching = (): void => this.#ants.updateMarching();
    window.document.addEventListener('visibilitychange', updateMarching);
    this.#owned.add(() => window.document.removeEventListener('visibilitychange', updateMarching));
    this.#owned.add(motion.subscribe(updateMarching));
  }

  get screen(): Screen {
    return this.viewport.screen;
  }

  /** Another size of the document; `shift` is how far what was in it has moved, null where that cannot be said. */
  setDocument(document: Size, shift: Point | null): void {
    this.#desk.setDocument({ width: document.width, height: document.height });
    this.viewport.setDocument({ width: document.width, height: document.height }, shift);
  }

  /** Takes pixels from the worker. */
  put(painted: Painted): void {
    const rect = this.#desk.put(painted);
    if (rect) this.#picture.invalidate(rect);
  }

  setOutline(level: number, segments: Segments): void {
    this.#outline = { level, segments };
    if (this.#showsAnts) this.#ants.setOutline(level, segments);
  }

  /** Ants are not wanted while the selection is shown as a tint. */
  showAnts(isOn: boolean): void {
    this.#showsAnts = isOn;
    this.#ants.setOutline(this.#outline.level, isOn ? this.#outline.segments : new Int32Array(0));
  }

  setShapes(shapes: readonly OverlayShape[]): void {
    this.#shapes = shapes;
    this.#showOverlay();
  }

  setCursor(cursor: Cursor): void {
    const style = cursorStyle(cursor);
    const container = this.#stage.container();
    if (container.style.cursor !== style) container.style.cursor = style;
  }

  beginMove(): void {
    this.#desk.beginMove();
  }

  /** Shows parts of the picture that can be moved on their own. */
  part(infos: readonly PlateInfo[]): void {
    this.#desk.part(infos);
  }

  moveBy(by: Transform): void {
    this.#desk.moveBy(by);
    this.#showPicture();
  }

  /** Moves the outline of the selection, which goes with the pixels that are lifted. */
  moveOutlineBy(by: Transform): void {
    this.#ants.moveBy(by);
  }

  unpart(): void {
    this.#desk.unpart();
  }

  /** A picture that lies over the document without being in it, and how far the job is that makes it. */
  setInset(
    inset: Inset | null,
    {
      softly,
      tint,
      progress,
    }: { readonly softly: boolean; readonly tint: Inset | null; readonly progress: OverlayExtras['progress'] },
  ): void {
    this.#insetTint = tint;
    this.#progress = progress;
    this.#fade.show(inset, { softly });
    this.#showOverlay();
  }

  /** Shows what was before in a part of the view's width; null ends that. */
  setSplit(part: number | null): void {
    if ((part === null) !== (this.#split === null)) this.#desk.compare(part !== null);
    this.#split = part;
    this.#showPicture();
    this.#showOverlay();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(): void {
    const { screen } = this;
    this.#background.show(screen);
    this.#desk.look(screen);
    this.#ants.show(screen);
    this.#showPicture();
    this.#showOverlay();
    this.#onScreen(screen);
  }

  #showPicture(): void {
    const { before, ...content } = this.#desk.content;
    const at = this.#splitAt();
    this.#picture.show(this.screen, {
      ...content,
      insets: [...this.#fade.insets, ...(this.#insetTint ? [this.#insetTint] : [])],
      before: before && at !== null ? { plate: before, at } : null,
    });
  }

  #showOverlay(): void {
    this.#overlay.show(this.screen, this.#shapes, { progress: this.#progress, splitAt: this.#splitAt() });
  }

  #splitAt(): number | null {
    return this.#split === null ? null : this.#split * this.screen.view.width;
  }

  /** Follows the container's size and the pixel ratio of whatever screen the window is on. */
  #watch(container: HTMLDivElement, layers: readonly Konva.Layer[]): void {
    const fitToContainer = (): void => {
      const view = { width: Math.max(1, container.clientWidth), height: Math.max(1, container.clientHeight) };
      const pixelRatio = window.devicePixelRatio;
      for (const layer of layers) layer.getCanvas().setPixelRatio(pixelRatio);
      this.#stage.size(view);
      this.#background.resized();
      this.viewport.setView(view, pixelRatio);
    };
    const sizes = new ResizeObserver(fitToContainer);
    sizes.observe(container);
    this.#owned.add(() => sizes.disconnect());
    let unlisten = (): void => undefined;
    const watchRatio = (): void => {
      const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
      const onChange = (): void => {
        fitToContainer();
        watchRatio();
      };
      query.addEventListener('change', onChange, { once: true });
      unlisten = () => query.removeEventListener('change', onChange);
    };
    watchRatio();
    this.#owned.add(() => unlisten());
    fitToContainer();
  }
}
