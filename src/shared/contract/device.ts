import { z } from 'zod';

/** Where graphs run. Each is one execution provider of onnxruntime; the CPU also does what another one cannot. */
export const zDevice = z.enum(['cpu', 'webgpu', 'cuda', 'coreml', 'dml']);
export type Device = z.infer<typeof zDevice>;

/** What a self-test of a device found. */
export const zDeviceReport = z.object({
  device: zDevice,
  /** Whether it computes what the CPU computes. */
  usable: z.boolean(),
  /** Why it is not usable, as a sentence; null if it is. */
  problem: z.string().nullable(),
  /** Whether the fused attention operator is right at 64 tokens; if not, attention is built from plain products. */
  fusedAttention: z.boolean(),
  /** Whether it multiplies 4-bit weights rightly. */
  quantizedProducts: z.boolean(),
  /** Whether it computes in 16-bit floats rightly. */
  halfPrecision: z.boolean(),
  /** Speed of a matrix product as a multiple of the CPU's, measured in the same test. */
  speed: z.number().min(0),
});
export type DeviceReport = z.infer<typeof zDeviceReport>;
