import { identity, invert, unionRect, type Rect } from '#shared/document/geometry';
import { documentTransform } from '#shared/document/layer-tree';
import type { PixelTarget } from '../../document/pixel-edits.ts';
import type { Brush, StrokeSample } from '../pixels/brush.ts';
import type { Paint } from '../pixels/paint.ts';
import { Stroke } from '../pixels/stroke.ts';
import { emptyRect, type Surface } from '../pixels/surface.ts';
import type { Head } from './head.ts';
import type { Viewer } from './viewer.ts';

/** One stroke, from the pointer's press to its release. */
export class StrokeSession {
  readonly #head: Head;
  readonly #viewer: Viewer;
  readonly target: PixelTarget;
  readonly #stroke: Stroke;
  #samples: StrokeSample[] = [];
  #dirty: Rect = emptyRect;

  private constructor(head: Head, viewer: Viewer, target: PixelTarget, stroke: Stroke) {
    this.#head = head;
    this.#viewer = viewer;
    this.target = target;
    this.#stroke = stroke;
  }

  /** Waits until all that the stroke is drawn on is there. */
  static async begin(
    head: Head,
    viewer: Viewer,
    { target, brush, paint }: { readonly target: PixelTarget; readonly brush: Brush; readonly paint: Paint },
  ): Promise<StrokeSession> {
    const selection = await head.wholeSelection();
    const isOnSelection = target.kind === 'selection';
    const base = isOnSelection ? selection : await head.whole(target);
    const toDocument = isOnSelection ? identity : documentTransform(head.document, target.layer);
    const fromDocument = invert(toDocument) ?? identity;
    const isClipped = !isOnSelection && selection.tiles.size > 0;
    const clip = isClipped ? { surface: selection, toClip: toDocument } : undefined;
    return new StrokeSession(head, viewer, target, new Stroke(base, { brush, paint, toDocument, fromDocument, clip }));
  }

  /** Takes samples; they are drawn with the next `flush`. */
  add(samples: readonly StrokeSample[]): void {
    this.#samples.push(...samples);
  }

  flush(): void {
    const samples = this.#samples;
    this.#samples = [];
    if (samples.length > 0) this.#show(this.#stroke.add(samples));
  }

  /** Draws the rest and returns the surface to keep. */
  finish(): Surface {
    this.flush();
    this.#show(this.#stroke.finish());
    this.#head.setLive(this.target, null);
    return this.#stroke.committed();
  }

  cancel(): void {
    this.#head.setLive(this.target, null);
    this.#viewer.drawn(this.target, this.#dirty);
  }

  #show(dirty: Rect): void {
    this.#dirty = unionRect(this.#dirty, dirty);
    this.#head.setLive(this.target, this.#stroke.surface);
    this.#viewer.drawn(this.target, dirty);
  }
}
