/** Percentiles of some times, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly p95: number;
  readonly largest: number;
}

/** Frames of a movement. */
export interface Frames extends Times {
  /** What the main thread does for one, on average; the rest is the browser's, and the machine's. */
  readonly workMs: number;
}

export interface Measurements {
  readonly ink: { readonly fitted: Times; readonly full: Times };
  readonly penUpMs: number;
  readonly undoMs: Times;
  readonly pan: Frames;
  readonly zoom: Frames;
  readonly firstPaintMs: number;
  readonly openMs: number;
  readonly blobs: number;
  readonly idle: { readonly frames: number; readonly messages: number };
}
