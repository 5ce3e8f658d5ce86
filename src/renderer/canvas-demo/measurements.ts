/** Percentiles of some times, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly p95: number;
  readonly largest: number;
}

export interface Measurements {
  readonly ink: { readonly fitted: Times; readonly full: Times };
  readonly penUpMs: number;
  readonly undoMs: Times;
  readonly pan: Times;
  readonly zoom: Times;
  readonly openMs: number;
  readonly blobs: number;
  readonly idle: { readonly frames: number; readonly messages: number };
}
