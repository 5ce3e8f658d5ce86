import type { Device, DeviceReport } from '#shared/contract/device';

/** The report of a device that passed every test. */
export function passingReport(device: Device, changes: Partial<DeviceReport> = {}): DeviceReport {
  const passed = { usable: true, problem: null, fusedAttention: true, quantizedProducts: true, halfPrecision: true };
  return { device, ...passed, speed: 1, ...changes };
}
