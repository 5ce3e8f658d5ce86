/** Runs as a process of its own: imports the checkpoint named in its arguments and says when the first bytes are done. */
import { importCheckpoint } from '#model/weights/node/import-checkpoint';

const [checkpoint = '', target = ''] = process.argv.slice(2);
let told = false;
await importCheckpoint(checkpoint, target, {
  precision: 'f32',
  onProgress: ({ bytesDone, bytesTotal }) => {
    if (told || bytesDone < bytesTotal / 4) return;
    told = true;
    process.send?.('importing');
    // Stay in the middle of the import until someone ends this process.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  },
});
