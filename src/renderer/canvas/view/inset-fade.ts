import type { Inset } from './picture-view.ts';

const fadeMs = 150;

/** The picture that lies over the document, and the one before it for as long as one fades into the other. */
export class InsetFade {
  readonly #onChange: () => void;
  readonly #reducedMotion: () => boolean;
  #current: Inset | null = null;
  #previous: Inset | null = null;
  /** From 0 to 1. */
  #part = 1;
  #frame = 0;

  constructor(options: { readonly onChange: () => void; readonly reducedMotion: () => boolean }) {
    this.#onChange = options.onChange;
    this.#reducedMotion = options.reducedMotion;
  }

  /** Bottom first. The new picture comes over the old one before that goes: in between nothing shines through. */
  get insets(): readonly Inset[] {
    const { rising, falling } = { rising: Math.min(1, this.#part * 2), falling: Math.min(1, (1 - this.#part) * 2) };
    return [
      ...(this.#previous ? [{ ...this.#previous, opacity: falling }] : []),
      ...(this.#current ? [{ ...this.#current, opacity: rising }] : []),
    ];
  }

  show(inset: Inset | null, { softly }: { readonly softly: boolean }): void {
    const before = this.#current;
    this.#current = inset;
    if (softly && before && inset && before.picture !== inset.picture && !this.#reducedMotion()) this.#begin(before);
    else if (!inset || !before || before.picture !== inset.picture) this.#end();
    this.#onChange();
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }

  #begin(before: Inset): void {
    this.#end();
    this.#previous = before;
    this.#part = 0;
    const startMs = performance.now();
    const advance = (nowMs: number): void => {
      this.#part = Math.min(1, Math.max(0, (nowMs - startMs) / fadeMs));
      if (this.#part < 1) this.#frame = requestAnimationFrame(advance);
      else this.#end();
      this.#onChange();
    };
    this.#frame = requestAnimationFrame(advance);
  }

  #end(): void {
    cancelAnimationFrame(this.#frame);
    this.#previous = null;
    this.#part = 1;
  }
}
