import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { defineConfig } from 'vite';

// The renderer as a web page: the same build serves the web host and Electron.
export default defineConfig({
  // The plain page stands in where the studio's face is not there.
  root: existsSync('src/renderer/app/main.tsx') ? 'src/renderer' : 'src/renderer/plain',
  // Relative addresses, so that the page works under any path and any protocol.
  base: './',
  build: { outDir: resolve('dist/renderer'), emptyOutDir: true, target: 'es2023', sourcemap: true },
  worker: { format: 'es' },
});
