import type { ProvidedContext } from 'vitest';
import { defineConfig } from 'vitest/config';

/** Starts what the projects that use servers share; see test/support/global-setup.ts. */
const withServers = { globalSetup: ['./test/support/global-setup.ts'] };
const onServers = { ...withServers, provide: { servicesOn: 'servers' as const } };

/** What is killed and started again, moved and rebuilt: the specs of e2e that do not look into files of a store. */
const storeNeutral = ['crash-loop', 'idempotency', 'import'].map((name) => `test/e2e/${name}.spec.ts`);

/** What is about HTTP alone, or names files by itself: on servers it would be the same again. */
const storeless = [
  'openapi',
  'pages',
  'process-role',
  'security-input',
  'security-tokens',
  'security-transport',
  'webhooks-refused',
].map((name) => `test/http/${name}.spec.ts`);

/** What is about several processes and several servers, and about servers that go away. */
const onlyOnServers = ['chaos', 'roles-apart', 'stores-away'].map((name) => `test/e2e/${name}.spec.ts`);

const project = (
  name: string,
  include: readonly string[],
  timeoutMs: number,
  more: { globalSetup?: string[]; provide?: Partial<ProvidedContext>; exclude?: string[] } = {},
) => ({
  test: {
    name,
    include: [...include],
    environment: 'node' as const,
    pool: 'forks' as const,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    ...more,
  },
});

const reporters = ['default', './test/support/combinations-report.ts'];

/**
 * unit: specs beside their source. contract: one suite per port over every adapter. hygiene: the code's own rules and
 * its documents. http: the running service, in this process. e2e: real processes, killed and started again.
 * combinations: the running service on every event store with every read model and every cache. http-servers and
 * e2e-servers: specs of http and e2e, on the servers instead of files.
 */
export default defineConfig({
  test: {
    reporters: process.env['CI'] === 'true' ? [...reporters, './test/support/closing-line.ts'] : reporters,
    maxWorkers: 2,
    projects: [
      project(
        'unit',
        [
          'src/**/*.spec.ts',
          'demo/**/*.spec.ts',
          'test/support/**/*.spec.ts',
          'test/{trust,simulation}/**/*.spec.ts',
        ],
        20_000,
      ),
      project('contract', ['test/contract/**/*.spec.ts'], 60_000, withServers),
      project('hygiene', ['test/*.spec.ts'], 60_000),
      project('combinations', ['test/combinations/*.spec.ts'], 120_000, withServers),
      project('http', ['test/http/**/*.spec.ts'], 60_000),
      project('http-servers', ['test/http/**/*.spec.ts'], 60_000, { ...onServers, exclude: storeless }),
      project('e2e', ['test/e2e/**/*.spec.ts'], 600_000, { exclude: onlyOnServers }),
      project('e2e-servers', [...storeNeutral, ...onlyOnServers], 600_000, onServers),
    ],
  },
});
