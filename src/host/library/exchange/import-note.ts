/** What of another program's file could not be taken over as it was, so that a person can be told. */
export interface ImportNote {
  readonly kind:
    /** A blend mode we do not have; the layer blends normally. */
    | 'blend-mode'
    /** An adjustment or fill without pixels was left out. */
    | 'adjustment'
    /** Shadows, strokes and the like were left out. */
    | 'effects'
    /** The layer was clipped to the one below it and is not any more. */
    | 'clipping'
    /** Words, shapes and placed files are pictures now. */
    | 'rasterised'
    /** Colours were converted to sRGB. */
    | 'profile'
    /** Colours were reduced to 8 bits a channel. */
    | 'depth'
    /** The layer's picture could not be read. */
    | 'unreadable';
  /** The layer's name; empty for the whole file. */
  readonly layer: string;
}
