import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Servers } from '../server-places.ts';
import { startEventStoreProcess } from './event-store-process.ts';
import { startFerretDb } from './ferretdb.ts';
import { startRedis } from './redis.ts';
import { removeTraces } from './traces.ts';

/** A server that was started for this run. */
interface Started {
  readonly url: string;
  stop(): Promise<void>;
}

interface Kind {
  readonly setting: 'EVENT_STORE' | 'READ_MODEL' | 'CACHE';
  readonly server: Exclude<keyof Servers, 'run'>;
  /** What has to be installed for it to be started here. */
  readonly tool?: { readonly name: string; readonly installedBy: string };
  start(): Promise<Started>;
}

const kinds: readonly Kind[] = [
  {
    setting: 'EVENT_STORE',
    server: 'eventStore',
    start: startEventStoreProcess,
  },
  {
    setting: 'READ_MODEL',
    server: 'readModel',
    tool: { name: 'go', installedBy: 'apt-get install golang-go, or https://go.dev/dl' },
    start: startFerretDb,
  },
  {
    setting: 'CACHE',
    server: 'cache',
    tool: { name: 'redis-server', installedBy: 'apt-get install redis-server' },
    start: startRedis,
  },
];

/** Servers that are there until they are stopped. */
export interface RunningServers {
  readonly servers: Servers;
  /** Stops what was started here, and removes from the others what this run has made there. */
  stop(): Promise<void>;
}

/**
 * Starts an event store, a document store and a cache, each unless its setting names one that is there already. Where
 * something it needs is not installed, it is left out and a line says so; in CI that is a failure.
 */
export async function startServers(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunningServers> {
  const run = `t${randomBytes(4).toString('hex')}`;
  const mustHaveAll = environment['CI'] === 'true';
  const started: Started[] = [];
  const stopStarted = async () => {
    await Promise.all(started.map((each) => each.stop()));
  };
  const given: Partial<Record<Kind['server'], string>> = {};
  const own: Partial<Record<Kind['server'], string>> = {};
  const attempts = await Promise.allSettled(
    kinds.map(async (kind) => {
      const url = environment[kind.setting];
      if (url) given[kind.server] = url;
      else {
        const server = await startUnlessMissing(kind, mustHaveAll);
        if (server === undefined) return;
        started.push(server);
        own[kind.server] = server.url;
      }
    }),
  );
  const failed = attempts.find((attempt) => attempt.status === 'rejected');
  if (failed !== undefined) {
    await stopStarted();
    throw failed.reason;
  }
  return {
    servers: { ...own, ...given, run },
    stop: async () => {
      await stopStarted();
      await removeTraces({ ...given, run });
    },
  };
}

/** @throws when it cannot be started although everything is there that it needs, and in CI whatever the reason is. */
async function startUnlessMissing({ setting, tool, start }: Kind, mustHaveAll: boolean) {
  try {
    return await start();
  } catch (error) {
    if (mustHaveAll || tool === undefined || isInstalled(tool.name)) throw error;
    process.stderr.write(
      `${setting}: there is no ${tool.name} here, so what needs it is skipped; install it (${tool.installedBy}) or set ${setting} to a server\n`,
    );
    return undefined;
  }
}

function isInstalled(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, name)));
}
