import type { AppError } from '#base/app-error';
import { DisposableStore } from '#base/disposable';
import type { Document } from '#shared/document/document';
import { type Point, type Rect } from '#shared/document/geometry';
import type { LayerId } from '#shared/document/ids';
import { createLayer, type RasterLayer } from '#shared/document/layer';
import type { Commit } from '../../document/commit.ts';
import { freshLayerId } from '../../document/fresh-ids.ts';
import { contentShift } from '../../document/content-shift.ts';
import { parseColour } from '../pixels/colour.ts';
import { withFittingBrushes } from '../tools/fitting-brushes.ts';
import { boxNumbers, type BoxNumbers } from '../tools/box-numbers.ts';
import { rectPoints, type OverlayShape } from '../tools/overlay-shape.ts';
import type { Modifiers, MoveTarget, PointerInput, ToolContext, ToolId } from '../tools/tool.ts';
import { defaultToolSettings, type ToolSettings } from '../tools/tool-settings.ts';
import { CanvasView } from '../view/canvas-view.ts';
import type { Progress } from '../view/overlay-view.ts';
import type { Inset, InsetPicture } from '../view/picture-view.ts';
import { systemMotion, type MotionWish } from '../view/motion-wish.ts';
import { listenToPointer, modifiersOf, type WheelAction } from '../view/pointer-source.ts';
import { silhouette } from '../view/silhouette.ts';
import { defaultTheme, type CanvasTheme } from '../view/theme.ts';
import { toDocument } from '../view/viewport.ts';
import type { KernelState, Excerpt, Look, Source } from '../worker/protocol.ts';
import { moveTargetOf, paintTarget, type ActiveLayer } from './active-target.ts';
import type { CanvasState } from './canvas-state.ts';
import { createCommands, type CanvasCommands, type Refusal } from './commands.ts';
import { createIntentRunner } from './intents.ts';
import { createObservable, type MutableObservable, type Observable } from './observable.ts';
import { createMoving, type Moving } from './moving.ts';
import { PixelSession } from './pixel-session.ts';
import type { TileSource } from './tile-source.ts';
import { ToolHand } from './tool-hand.ts';

export interface CanvasEngineOptions {
  /** An empty element; the engine fills it, and follows its size. */
  readonly container: HTMLDivElement;
  readonly source: TileSource;
  readonly document: Document;
  readonly active?: ActiveLayer | null;
  readonly theme?: CanvasTheme;
  /** By default as the system has it. */
  readonly motion?: MotionWish;
  readonly settings?: ToolSettings;
  /** What the layer is called that the first paint on an empty document makes. */
  readonly newLayerName: () => string;
  /**
   * One finished step of the user's. Take it into the document and call `setDocument` with the outcome before returning;
   * a commit that is not taken is undone on the screen.
   */
  readonly onCommit: (commit: Commit) => void;
  /** Something failed; what is shown is what the document says. */
  readonly onFault: (error: AppError) => void;
  /** A tool was used where it can do nothing. */
  readonly onRefusal?: (reason: Refusal) => void;
}

/** A result, or the preview of one, shown where it belongs without being in the document. */
export interface ShownResult extends Omit<Inset, 'picture' | 'opacity'> {
  /** Null while a job has nothing to show yet. */
  readonly picture: InsetPicture | null;
  /** Where the job works, and how far it is. Leave it out for a finished result. */
  readonly progress?: Progress;
  /** Tints what the picture covers: for a patch, what it changes. */
  readonly isTinted?: boolean;
}

/** The selection is shown in this colour while it is a tint; that of a new mask layer. */
const selectionTint = parseColour('#e5484d');

/**
 * The canvas: shows a document, lets tools work on it, and turns what they do into commits. The document is the truth;
 * the engine holds its pixels in a worker, and what passes with the window: tool, viewport, gesture.
 */
export class CanvasEngine {
  readonly commands: CanvasCommands;
  readonly #container: HTMLElement;
  readonly #state: MutableObservable<CanvasState>;
  readonly #settings: MutableObservable<ToolSettings>;
  readonly #session: PixelSession;
  readonly #view: CanvasView;
  readonly #hand: ToolHand;
  readonly #moving: Moving;
  /** What was asked for; null lets the tool decide. */
  #selectionView: CanvasState['selectionView'] | null = null;
  readonly #owned = new DisposableStore();
  #active: ActiveLayer | null;
  #together: readonly LayerId[] = [];
  #snapRects: readonly Rect[] = [];
  #look: Pick<Look, 'plates' | 'outline'> | null = null;
  #result: ShownResult | null = null;
  readonly #theme: CanvasTheme;
  #isDraggingSplit = false;
  #isCoarse = false;

  constructor(options: CanvasEngineOptions) {
    const { container, source, document, theme = defaultTheme, motion = systemMotion() } = options;
    this.#container = container;
    this.#active = options.active ?? null;
    this.#theme = theme;
    const settings = options.settings ?? withFittingBrushes(defaultToolSettings, defaultToolSettings, null, document);
    this.#settings = createObservable(settings);
    this.#state = createObservable<CanvasState>({
      tool: 'brush',
      viewport: { x: 0, y: 0, zoom: 1 },
      selectionBounds: null,
      activeBounds: null,
      box: null,
      pending: 0,
      loading: 0,
      isBusy: false,
      split: null,
      selectionView: 'ants',
    });
    this.#session = new PixelSession({
      worker: new Worker(new URL('../worker/pixel-worker.ts', import.meta.url), { type: 'module' }),
      source,
      document,
      view: {
        painted: (painted) => this.#view.put(painted),
        outlined: ({ level, segments }) => this.#view.setOutline(level, segments),
        stateChanged: (state) => this.#takeKernelState(state),
      },
      onCommit: options.onCommit,
      onFault: options.onFault,
      onPending: (pending) => this.#change({ pending }),
    });
    this.#owned.add(() => this.#session.dispose());
    this.#view = new CanvasView({
      container,
      theme,
      document,
      motion,
      onLook: (look) => {
        this.#look = look;
        this.#tellLook();
      },
      onScreen: ({ viewport }) => this.#change({ viewport }),
    });
    this.#owned.add(() => this.#view.dispose());
    const newLayer = (): RasterLayer => createLayer('raster', freshLayerId(), options.newLayerName());
    this.commands = createCommands({
      session: this.#session,
      active: () => this.#active,
      selectionBounds: () => this.#state.get().selectionBounds,
      moveTarget: () => this.#moveTarget(),
      movedLayers: () => this.#movedLayers(),
      settings: () => this.#settings.get(),
      newLayerId: freshLayerId,
      newLayer,
    });
    this.#moving = createMoving({
      session: this.#session,
      view: this.#view,
      layers: () => this.#movedLayers(),
      target: () => this.#moveTarget(),
      setSnapRects: (rects) => {
        this.#snapRects = rects;
      },
    });
    const perform = createIntentRunner({
      session: this.#session,
      view: this.#view,
      commands: this.commands,
      active: () => this.#active,
      settings: () => this.#settings.get(),
      setSettings: (changes) => this.setSettings(changes),
      newLayer,
      moving: this.#moving,
      refuse: (reason) => options.onRefusal?.(reason),
    });
    this.#hand = new ToolHand({ context: () => this.#toolContext(), perform, onChange: () => this.#showTool() });
    this.#owned.add(
      listenToPointer(
        container,
        { screen: () => this.#view.screen, isSpaceDown: () => this.#hand.isSpaceDown },
        {
          onPointer: (input) => this.#pointerMoved(input),
          onLeave: () => this.#hand.send({ kind: 'leave' }),
          onCancel: () => this.#hand.send({ kind: 'cancel' }),
          onWheel: (action, at) => this.#wheel(action, at),
          onPinchBegin: () => this.#view.viewport.beginPinch(),
          onPinch: (pinch) => {
            this.#view.viewport.pinch(pinch);
            this.#showTool();
          },
        },
      ),
    );
    if (document.extendFrame) this.#view.viewport.setFrame(document.extendFrame);
    this.setActive(this.#active);
    this.#showTool();
  }

  /** What passes with the window; changes often while the hand moves, so select from it what you show. */
  get state(): Observable<CanvasState> {
    return this.#state;
  }

  get settings(): Observable<ToolSettings> {
    return this.#settings;
  }

  setSettings(changes: Partial<ToolSettings>): void {
    this.#settings.set({ ...this.#settings.get(), ...changes });
    this.#showTool();
  }

  /** Shows another state of the document: after a commit, undo, or any change made elsewhere. */
  setDocument(document: Document): void {
    const { document: before, expectedLayer } = this.#session;
    this.#session.show(document);
    // The layer that came with the first paint is worked on from then on, however soon the hand goes on.
    if (expectedLayer && document.layers[expectedLayer.id]) this.setActive({ layer: expectedLayer.id, part: 'pixels' });
    if (document.width !== before.width || document.height !== before.height) {
      this.#view.setDocument(document, contentShift(before, document));
      this.setSettings(withFittingBrushes(this.#settings.get(), defaultToolSettings, before, document));
    }
    if (document.extendFrame !== before.extendFrame) this.#view.viewport.setFrame(document.extendFrame);
    this.#showTool();
  }

  /**
   * Says which layer one works on; painting goes there.
   * @param together the layers that are moved and turned as one, where there are others besides it
   */
  setActive(active: ActiveLayer | null, together: readonly LayerId[] = []): void {
    this.#active = active;
    this.#together = together;
    this.#session.kernel.tell('activate', { layer: active?.layer ?? null, together });
    this.#showSelection();
    this.#showTool();
  }

  chooseTool(tool: ToolId): void {
    this.#hand.choose(tool);
  }

  /** A tool's key: a tap chooses it, holding it borrows it. */
  pressToolKey(tool: ToolId, key: string): void {
    this.#hand.pressToolKey(tool, key);
  }

  releaseToolKey(key: string): void {
    this.#hand.releaseToolKey(key);
  }

  /** Gives the canvas the keys that belong to it: Space, Enter, Escape, Backspace, arrows. True when the canvas had use for it. */
  keyDown(event: KeyboardEvent): boolean {
    const nudge = nudges[event.key];
    if (event.key === ' ') {
      this.#hand.setSpace(true);
      return true;
    }
    if (event.key === 'Enter') return this.confirm();
    if (event.key === 'Backspace') return this.#hand.send({ kind: 'back' });
    if (event.key === 'Escape') return this.cancel();
    if (nudge) {
      const step = event.shiftKey ? 10 : 1;
      return this.#hand.send({ kind: 'nudge', by: { x: nudge.x * step, y: nudge.y * step } });
    }
    this.#hand.send({ kind: 'modifiers', modifiers: this.#modifiers(event) });
    return false;
  }

  /** Does what the tool in the hand has been prepared for: cuts to the frame, closes the shape. True when it could. */
  confirm(): boolean {
    return this.#hand.send({ kind: 'confirm' });
  }

  /** Gives up what was begun. True when there was something. */
  cancel(): boolean {
    return this.#hand.send({ kind: 'cancel' });
  }

  keyUp(event: KeyboardEvent): void {
    if (event.key === ' ') this.#hand.setSpace(false);
    this.#hand.send({ kind: 'modifiers', modifiers: this.#modifiers(event) });
  }

  /** The window has lost the keyboard: no key is held any more. */
  releaseKeys(): void {
    this.#hand.releaseAll();
  }

  /** For menus and keys: fit, zoom, pan. */
  get viewport(): Pick<CanvasView['viewport'], 'fit' | 'zoomTo' | 'step' | 'panBy' | 'show'> {
    return this.#view.viewport;
  }

  /** What of the document is at a place of the window, in CSS pixels: where something is dropped. */
  pointAt({ x, y }: Point): Point {
    const { left, top } = this.#container.getBoundingClientRect();
    return toDocument(this.#view.screen.viewport, { x: x - left, y: y - top });
  }

  /**
   * Gives the box of what the move tool has in its hands other numbers, seen at once. All that is changed until
   * `endPlacing` is one step.
   */
  placeBox(numbers: Partial<BoxNumbers>): void {
    if (!this.#hand.isBusy) this.#moving.place(numbers);
    this.#showTool();
  }

  endPlacing(): void {
    this.#moving.endPlacing();
    this.#showTool();
  }

  /** Shows the selection as marching ants or as a tint. */
  setSelectionView(selectionView: CanvasState['selectionView']): void {
    this.#selectionView = selectionView;
    this.#showSelection();
  }

  /**
   * Shows in place what a running job has made so far, or a result before it is taken; null takes it away. A preview
   * fades into what comes after it.
   */
  showResult(result: ShownResult | null): void {
    const softly = this.#result?.progress !== undefined;
    const isCovered = Boolean(this.#result?.picture);
    this.#result = result;
    const inset = result?.picture ? { ...result, picture: result.picture } : null;
    const tint =
      inset && result?.isTinted ? { ...inset, picture: silhouette(inset.picture, this.#theme.change) } : null;
    const progress = result?.progress ?? null;
    this.#view.setInset(inset, { softly, tint, progress });
    if (isCovered !== Boolean(result?.picture)) this.#showSelection();
    this.#showTool();
  }

  /**
   * Shows another document left of a line that can be dragged; a result is on its right only.
   * @param part - where the line is, as a part of the view's width: 1 shows only what was before. Null ends comparing.
   */
  compare(before: Document | null, part = 0.5): void {
    this.#session.kernel.tell('compareWith', { document: before });
    this.#setSplit(before && part);
  }

  /** Moves the line of `compare`. @param part of the view's width */
  moveSplit(part: number): void {
    if (this.state.get().split !== null) this.#setSplit(Math.min(1, Math.max(0, part)));
  }

  #setSplit(split: number | null): void {
    this.#change({ split });
    this.#view.setSplit(split);
  }

  /**
   * Pixels of the document, for the model, the clipboard or a file: RGBA, or one channel of a mask.
   * @param options.rect - in document pixels; by default all there is within the document
   * @param options.selected - only what is selected, as far as anything is
   */
  async read(
    source: Source,
    options: { readonly rect?: Rect; readonly selected?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<Excerpt> {
    const { rect = null, selected = false, signal } = options;
    return this.#session.kernel.call('excerpt', { source, rect, selected }, { signal });
  }

  /** The document's frame with a layer, a mask or everything in it, no side longer than `maxSide`. */
  async thumbnail(
    source: Source,
    maxSide: number,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Excerpt> {
    return this.#session.kernel.call('thumbnail', { source, maxSide }, { signal });
  }

  /** Resolves when every edit so far has become a commit: before undo, before closing. */
  settled(): Promise<void> {
    return this.#session.settled();
  }

  /** Resolves when all pixels of the document are there. */
  async loaded(): Promise<void> {
    await this.#session.kernel.call('loaded', null);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #change(changes: Partial<CanvasState>): void {
    this.#state.set({ ...this.#state.get(), ...changes });
  }

  #takeKernelState({ selectionBounds, active, loading }: KernelState): void {
    this.#change({ selectionBounds, activeBounds: active, loading });
    this.#showTool();
  }

  #pointerMoved(input: PointerInput): void {
    this.#isCoarse = input.isCoarse;
    if (!this.#dragSplit(input)) this.#hand.pointer(input);
  }

  /** The line between before and after is taken before any tool. */
  #dragSplit({ kind, screen }: PointerInput): boolean {
    const { split } = this.state.get();
    if (split === null) return false;
    const { width } = this.#view.screen.view;
    const isNear = Math.abs(screen.x - split * width) <= (this.#isCoarse ? fingerReach : mouseReach);
    if (kind === 'press') this.#isDraggingSplit = isNear;
    const isTaken = this.#isDraggingSplit || (kind === 'hover' && isNear);
    if (this.#isDraggingSplit) this.moveSplit(screen.x / width);
    if (kind === 'release') this.#isDraggingSplit = false;
    if (isTaken) this.#view.setCursor('ew-resize');
    return isTaken;
  }

  #wheel(action: WheelAction, at: Point): void {
    if (action.kind === 'zoom') this.#view.viewport.turnWheel(at, action.deltaPx);
    else this.#view.viewport.panBy(action.by);
    this.#showTool();
  }

  #modifiers(event: KeyboardEvent): Modifiers {
    return { ...modifiersOf(event), space: this.#hand.isSpaceDown };
  }

  /** What is moved as one; a step back may have taken some of it away. */
  #movedLayers(): LayerId[] {
    const { layers } = this.#session.document;
    const moved = this.#together.length > 0 ? this.#together : this.#active ? [this.#active.layer] : [];
    return moved.filter((layer) => layers[layer]);
  }

  #moveTarget(): MoveTarget | null {
    const { selectionBounds, activeBounds } = this.#state.get();
    const bounds = activeBounds?.layer === this.#active?.layer ? (activeBounds?.bounds ?? null) : null;
    return moveTargetOf(this.#session.document, this.#movedLayers(), { selection: selectionBounds, moved: bounds });
  }

  #toolContext(): ToolContext {
    const { width, height, extendFrame } = this.#session.document;
    return {
      document: { width, height },
      zoom: this.#view.screen.viewport.zoom,
      gripReach: this.#isCoarse ? fingerReach : mouseReach,
      settings: this.#settings.get(),
      extendFrame,
      moveTarget: this.#moving.target,
      snapRects: this.#snapRects,
    };
  }

  #showTool(): void {
    const { tool, isBusy, overlay, cursor } = this.#hand;
    const state = this.#state.get();
    const target = this.#moving.target;
    const box = target && boxNumbers(target);
    const hasNewBox = JSON.stringify(box) !== JSON.stringify(state.box);
    if (state.tool !== tool || state.isBusy !== isBusy || hasNewBox) this.#change({ tool, isBusy, box });
    if (state.tool !== tool) {
      // Ants were asked for with another tool in the hand.
      if (tool === 'mask-brush' && this.#selectionView === 'ants') this.#selectionView = null;
      this.#showSelection();
    }
    const shapes = [...this.#extendFrame(tool), ...overlay];
    // What is there to be seen needs no colour to say that it will come.
    this.#view.setShapes(this.#result?.picture ? shapes.filter(({ kind }) => kind !== 'growth') : shapes);
    this.#view.setCursor(cursor);
  }

  /** Where the picture shall grow to stays in sight with every tool; its own tool draws it with handles. */
  #extendFrame(tool: ToolId): OverlayShape[] {
    const { extendFrame } = this.#session.document;
    if (!extendFrame || tool === 'extend') return [];
    return [
      { kind: 'growth', rect: extendFrame },
      { kind: 'line', points: rectPoints(extendFrame), closed: true, style: 'frame' },
    ];
  }

  /** Shows the selection as it is wanted: tinted on demand, and while the mask brush works on it. */
  #showSelection(): void {
    const selectionView = this.#wantsTint ? 'tint' : 'ants';
    if (selectionView !== this.#state.get().selectionView) this.#change({ selectionView });
    this.#view.showAnts(selectionView === 'ants');
    this.#tellLook();
  }

  get #wantsTint(): boolean {
    // The colours of a result are to be judged.
    if (this.#result?.picture) return false;
    if (this.#selectionView) return this.#selectionView === 'tint';
    const { tool } = this.#state.get();
    return tool === 'mask-brush' && paintTarget(this.#session.document, this.#active, tool)?.kind === 'selection';
  }

  /** Tells the worker what is looked at; the first time while the view is still being made. */
  #tellLook(): void {
    const tint = this.#state.get().selectionView === 'tint' ? selectionTint : null;
    if (this.#look) this.#session.kernel.tell('look', { ...this.#look, selectionTint: tint });
  }
}

/** How near to a handle, or to the line between before and after, one can take it; CSS pixels. */
const mouseReach = 8;
const fingerReach = 22;

const nudges: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
