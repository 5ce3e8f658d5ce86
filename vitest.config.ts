import { defineConfig } from 'vitest/config';

// Unit tests run in plain Node beside the source. Tests that need a real browser launch it themselves
// (src/testing/browser.ts), so they are part of the same run.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts'],
    globalSetup: ['scripts/prepare-tests.mjs'],
    pool: 'forks',
    // Machines that run these may be busy with other things; what hangs is still found.
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
  },
});
