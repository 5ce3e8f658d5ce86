/** Where a graph runs. Each is one execution provider of onnxruntime; the CPU also runs what another one cannot. */
export const devices = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;
export type Device = (typeof devices)[number];
