import { defineConfig } from 'rolldown';

/** Neither "#layer/…" nor a path, also not one with a drive letter: packages stay in node_modules. */
const external = /^(?!#|[a-z]:)[^./]/i;

/** What runs in Node: the command line, both shells and the engine's processes. */
const programs = defineConfig({
  input: {
    cli: 'src/cli/main.ts',
    server: 'src/server/main.ts',
    main: 'src/main/main.ts',
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
  external,
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  },
});

/** What Electron runs in front of the page: in a sandbox, where there are no modules. */
const preload = defineConfig({
  input: 'src/preload/preload.ts',
  platform: 'node',
  external,
  output: { file: 'dist/preload.cjs', format: 'cjs', sourcemap: true },
});

export default [programs, preload];
