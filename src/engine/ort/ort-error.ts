import { AppError } from '#base/app-error';

import type { Device } from '#shared/contract/device';

const outOfMemory =
  /bad_alloc|out of memory|failed to allocate|allocation (?:failed|size)|OUTOFMEMORY|invalid array (?:buffer )?length|array buffer allocation/i;
const deviceMissing =
  /backend not found|AppendExecutionProvider|no supported adapters|failed to get a webgpu adapter|no CUDA-capable/i;

/** What the runtime said when a session was made or run, as an error a person may see. */
export function ortError(error: unknown, device: Device, doing: 'load' | 'run'): AppError {
  if (error instanceof AppError) return error;
  const reason = shorten(error instanceof Error ? error.message : String(error));
  const options = { data: { device, reason }, cause: error };
  if (outOfMemory.test(reason))
    return new AppError(
      'engine-out-of-memory',
      `There is not enough memory to ${doing} the model. Close other programs, choose a smaller size, or use a smaller precision of the model.`,
      options,
    );
  if (doing === 'load' && device !== 'cpu' && deviceMissing.test(reason))
    return new AppError(
      'engine-device-missing',
      `The device "${device}" cannot be used on this machine: ${reason}`,
      options,
    );
  return doing === 'load'
    ? new AppError(
        'engine-session-failed',
        `The model could not be prepared for the device "${device}": ${reason}`,
        options,
      )
    : new AppError('engine-run-failed', `The model failed while running on the device "${device}": ${reason}`, options);
}

/** The first line, without the runtime's own source position in front of it. */
function shorten(message: string): string {
  const line = message.split('\n', 1)[0] ?? '';
  return line
    .replace(/^\/onnxruntime_src\/\S+ .* was false\. /, '')
    .trim()
    .slice(0, 500);
}
