import { defineConfig } from 'vitest/config';

/**
 * unit: specs beside their source. contract: one suite per port over every adapter. hygiene: the code's own rules and
 * its documents. http: the running service, in this process. e2e: real processes, killed and started again.
 */
const project = (name: string, include: readonly string[], timeoutMs: number) => ({
  test: {
    name,
    include: [...include],
    environment: 'node' as const,
    pool: 'forks' as const,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});

export default defineConfig({
  test: {
    reporters: process.env['CI'] === 'true' ? ['default', './test/support/closing-line.ts'] : ['default'],
    maxWorkers: 2,
    projects: [
      project('unit', ['src/**/*.spec.ts', 'demo/**/*.spec.ts'], 20_000),
      project('contract', ['test/contract/**/*.spec.ts'], 60_000),
      project('hygiene', ['test/*.spec.ts'], 60_000),
      project('http', ['test/http/**/*.spec.ts'], 60_000),
      project('e2e', ['test/e2e/**/*.spec.ts'], 600_000),
    ],
  },
});
