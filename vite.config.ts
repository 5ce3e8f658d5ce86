import { defineConfig } from 'vite';

// The renderer as a web page: the same build serves the web host and Electron.
export default defineConfig({
  root: 'src/renderer',
  // Relative addresses, so that the page works under any path and any protocol.
  base: './',
  build: { outDir: '../../dist/renderer', emptyOutDir: true, target: 'es2023', sourcemap: true },
  worker: { format: 'es' },
});
