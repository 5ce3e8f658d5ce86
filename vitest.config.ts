import os from 'node:os';

import { defineConfig } from 'vitest/config';

/** They drive a browser, or a graphics driver in software: each takes the machine for itself. */
const wholeMachine = [
  'e2e/**/*.test.ts',
  'src/renderer/canvas/**/*.test.ts',
  'src/engine/parity/webgpu-parity.test.ts',
];

// Unit tests run in plain Node beside the source, as many at once as there are cores. Tests that need a real browser
// launch it themselves (src/testing/browser.ts), and follow one by one.
export default defineConfig({
  test: {
    globalSetup: ['scripts/prepare-tests.mjs'],
    pool: 'forks',
    // Machines that run these may be busy with other things; what hangs is still found.
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: wholeMachine,
          maxWorkers: os.availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: wholeMachine, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
