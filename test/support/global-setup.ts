import type { TestProject } from 'vitest/node';
import { type RunningServers, startServers } from './servers/start-all.ts';

/** What the projects of one run share, however many of them ask for it. */
interface Shared {
  readonly running: Promise<RunningServers>;
  users: number;
}

/** Every project loads this file anew; the process they are all started from is one. */
const sharedKey = Symbol.for('order-ledger.test-servers');
const everyone: typeof globalThis & { [sharedKey]?: Shared } = globalThis;

/**
 * Gives a project the servers that its tests use: those that EVENT_STORE, READ_MODEL and CACHE name, or else started
 * here, once for all projects, and stopped when the last of them has ended.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  everyone[sharedKey] ??= { running: startServers(process.env), users: 0 };
  const shared = everyone[sharedKey];
  shared.users += 1;
  const { servers, stop } = await shared.running;
  project.provide('servers', servers);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete everyone[sharedKey];
    await stop();
  };
}
