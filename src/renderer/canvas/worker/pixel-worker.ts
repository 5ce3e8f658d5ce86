/** @file Entry of the worker that holds and changes the pixels of the canvas. */
import { createCodecPool } from './codec-pool.ts';
import { decodePicture } from './decode-picture.ts';
import { createKernel } from './kernel.ts';
import type { KernelMethods, PageMethods } from './protocol.ts';
import { connect, type Handlers, type Remote } from './rpc.ts';
import { createPause } from './steps.ts';

/** Leaves cores for the page, the browser and the model. */
const mostCodecs = 4;
const codecCount = Math.max(1, Math.min(mostCodecs, navigator.hardwareConcurrency - 2));
const codecs = Array.from(
  { length: codecCount },
  () => new Worker(new URL('./codec-worker.ts', import.meta.url), { type: 'module' }),
);
for (const codec of codecs) {
  codec.addEventListener('error', ({ message }) => {
    // Nothing could be stored any more: fail as a whole, which the page notices.
    throw new Error(`A codec stopped: ${message}`);
  });
}

// The kernel answers through the connection that it is itself the other end of.
const methods = {} as Handlers<KernelMethods>;
const page: Remote<PageMethods> = connect<PageMethods, KernelMethods>(globalThis, methods, {
  onFault: ({ code, message, data }) => page.tell('failed', { code, message, data }),
});
Object.assign(methods, createKernel({ page, codec: createCodecPool(codecs), decodePicture, pause: createPause() }));
