import { defineConfig } from 'rolldown';

/** What runs in Node: the command line, the web host and the engine's processes. Packages stay in node_modules. */
export default defineConfig({
  input: {
    cli: 'src/cli/main.ts',
    server: 'src/server/main.ts',
    'engine-node': 'src/engine/entry-node.ts',
    'engine-electron': 'src/engine/entry-electron.ts',
    'conversion-thread': 'src/model/weights/node/conversion-thread.ts',
    parity: 'src/engine/entry-parity.ts',
    'batch-worker': 'src/train/data/batches/batch-worker.ts',
    bench: 'src/engine/entry-bench.ts',
    train: 'src/engine/entry-train.ts',
    evaluate: 'src/engine/entry-evaluate.ts',
  },
  platform: 'node',
  // Neither "#layer/…" nor a path, also not one with a drive letter.
  external: /^(?!#|[a-z]:)[^./]/i,
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  },
});
