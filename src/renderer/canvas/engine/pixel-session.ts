import { isCancelled } from '#base/abort';
import { toAppError, AppError } from '#base/app-error';
import type { Document } from '#shared/document/document';
import { intersectRect, isEmptyRect } from '#shared/document/geometry';
import type { RasterLayer } from '#shared/document/layer';
import type { CanvasAction, Commit } from '../../document/commit.ts';
import { withLayer, withPixelEdits } from '../../document/pixel-edits.ts';
import type { EditResult, KernelMethods, PageMethods } from '../worker/protocol.ts';
import { connect, type Handlers, type Remote } from '../worker/rpc.ts';
import type { TileSource } from './tile-source.ts';

export interface PixelSessionOptions {
  readonly worker: Worker;
  readonly source: TileSource;
  readonly document: Document;
  /** What the worker tells the view. */
  readonly view: Pick<Handlers<PageMethods>, 'painted' | 'outlined' | 'stateChanged'>;
  /** Takes a commit into the document; before it returns, `show` has been called with the outcome. */
  readonly onCommit: (commit: Commit) => void;
  readonly onFault: (error: AppError) => void;
  /** How many edits are being made or stored. */
  readonly onPending: (count: number) => void;
}

/** The page's end of the pixel worker: shows it documents, and makes commits of what comes of edits. */
export class PixelSession {
  readonly kernel: Remote<KernelMethods>;
  readonly #options: PixelSessionOptions;
  #document: Document;
  #expected: RasterLayer | null = null;
  #settled: number[] = [];
  readonly #pending = new Set<Promise<unknown>>();

  constructor(options: PixelSessionOptions) {
    this.#options = options;
    this.#document = options.document;
    const { worker, source, view, onFault } = options;
    const methods: Handlers<PageMethods> = {
      ...view,
      getBlob: (name) => source.get(name),
      putBlob: (bytes) => source.put(bytes),
      failed: ({ code, message, data }) => onFault(new AppError(code, message, { data })),
    };
    this.kernel = connect<KernelMethods, PageMethods>(worker, methods, { onFault });
    worker.addEventListener('error', (event) => {
      const error = new AppError('internal', `The canvas stopped working: ${event.message}. Reload the window.`);
      this.kernel.dispose(error);
      onFault(error);
    });
    this.show(options.document);
  }

  get document(): Document {
    return this.#document;
  }

  /** What `expectLayer` has made, until the document has a layer. */
  get expectedLayer(): RasterLayer | null {
    return this.#expected;
  }

  /**
   * The layer that an empty document gets with its first paint. The worker shows it from now on, so that there is
   * something to paint on; the document has it once that is done.
   */
  expectLayer(make: () => RasterLayer): RasterLayer {
    if (this.#expected) return this.#expected;
    const layer = make();
    this.#expected = layer;
    this.show(this.#document);
    return layer;
  }

  /** Shows another state of the document. */
  show(document: Document): void {
    this.#document = document;
    if (document.order.length > 0) this.#expected = null;
    const shown = this.#expected ? withLayer(document, this.#expected) : document;
    this.kernel.tell('show', { document: shown, settled: this.#settled });
    this.#settled = [];
  }

  /**
   * Makes a commit of an edit once its pixels are stored. A fault is told and forgotten: the picture is then what the
   * document says.
   * @param first - of `expectLayer`, where it is painted on: comes in the same step, if any of the paint can be seen
   */
  async edit(action: CanvasAction, result: Promise<EditResult>, first: RasterLayer | null = null): Promise<void> {
    await this.track(async () => {
      const { id, edits } = await result;
      if (edits.length === 0) return;
      const isWanted = first === null || (await this.#isSeen(first));
      this.#settled.push(id);
      const change = (document: Document): Document =>
        withPixelEdits(first ? withLayer(document, first) : document, edits);
      if (isWanted) this.#options.onCommit({ action, change });
      // A commit that was not taken is given up: its outcome must not stay in sight.
      if (this.#settled.includes(id)) this.show(this.#document);
    });
  }

  /** Whether something of the expected layer is on the paper: who presses beside it has painted nothing. */
  async #isSeen({ id }: RasterLayer): Promise<boolean> {
    if (this.#expected?.id !== id) return true;
    const { width, height } = this.#document;
    const painted = await this.kernel.call('boundsOf', { layers: [id] });
    return painted.some((rect) => !isEmptyRect(intersectRect(rect, { x: 0, y: 0, width, height })));
  }

  /** Hands a finished step to the studio. */
  commit(commit: Commit): void {
    this.#options.onCommit(commit);
  }

  /** Runs work that `settled` waits for, and tells its fault. */
  async track(work: () => Promise<void>): Promise<void> {
    const run = work().catch((error: unknown) => {
      if (!isCancelled(error)) this.#options.onFault(toAppError(error));
    });
    this.#pending.add(run);
    this.#options.onPending(this.#pending.size);
    try {
      await run;
    } finally {
      this.#pending.delete(run);
      this.#options.onPending(this.#pending.size);
    }
  }

  /** Resolves when every edit so far is in the document, or has failed. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  dispose(): void {
    this.kernel.dispose();
    this.#options.worker.terminate();
  }
}
