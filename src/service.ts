import { createLocalFeed } from './adapters/feed/local-feed.ts';
import { createMemoryRateLimiter } from './adapters/rate-limiter/memory-rate-limiter.ts';
import { createSystemClock } from './adapters/system/system-clock.ts';
import { commandSide, openWritePaths, querySide } from './api-sides.ts';
import { closeInTime } from './close-in-time.ts';
import { type Config, isLoopback } from './config.ts';
import { StoreUnavailable } from './domain/kernel/faults.ts';
import { createAuthenticator } from './http/auth.ts';
import { drain } from './http/drain.ts';
import { openApiDocument } from './http/openapi.ts';
import { addPages } from './http/pages.ts';
import { addRoute, createServer, type ServerDependencies } from './http/server.ts';
import { listen, urlOf } from './listen.ts';
import { type Ledger, type LedgerRights, openCache, openGateway, openLedger, openTokenKeys } from './main.ts';
import { createMetrics } from './observability/metrics.ts';
import { packageVersion } from './package-version.ts';
import type { Cache } from './ports/cache.ts';
import type { PaymentGateway } from './ports/payment-gateway.ts';
import type { ProjectionFeed } from './ports/projection-feed.ts';
import { hasWork, type ProcessHost, type ProcessSeams, startProcesses } from './process-host.ts';
import { type ProjectorHost, startProjector } from './projector-host.ts';
import { createReadiness } from './readiness.ts';

export const roles = ['command', 'query', 'projector', 'process'] as const;
export type Role = (typeof roles)[number];

/** A running service. */
export interface Service {
  readonly url: string;
  /** Stops taking requests, answers those in flight, finishes the page at hand, closes everything. */
  stop(): Promise<void>;
}

/** How long stores that another process makes are waited for. */
const storesMsMax = 5_000;
const storesPauseMs = 50;

/**
 * Starts the given roles on one port. Resolves once it answers requests.
 * @param onFailure called when a part dies later: the process should then end.
 * @param seams where a test steps in between processes and what they use
 * @throws ConfigError, StoreUnavailable, DamagedData
 */
export async function startService(
  config: Config,
  running: ReadonlySet<Role>,
  onFailure: (error: Error) => void,
  seams: ProcessSeams = {},
): Promise<Service> {
  const performs = running.has('process') && hasWork(config);
  const reads = running.has('query') || performs;
  const ledger = await openWhenThere(config, {
    append: running.has('command') || performs,
    documents: running.has('projector') ? 'write' : reads ? 'read' : 'none',
  });
  const parts: Parts = {
    running,
    performs,
    seams,
    ...(running.has('projector') && { feed: createLocalFeed() }),
  };
  try {
    if (running.has('command') || performs) parts.gateway = await openGateway(ledger, performs);
    if (parts.feed) parts.projector = await startProjector(ledger, parts.feed, onFailure);
    if (running.has('query')) parts.cache = await openCache(ledger, 'read');
    return await startOn(ledger, parts);
  } catch (error) {
    // Whatever is left running would keep alive a process that failed to start.
    await closeParts(ledger, parts);
    throw error;
  }
}

/** What a process has beside its stores, by the roles it runs. */
interface Parts {
  readonly running: ReadonlySet<Role>;
  /** Whether processes run here and have anything to do. */
  readonly performs: boolean;
  readonly seams: ProcessSeams;
  readonly feed?: ProjectionFeed;
  projector?: ProjectorHost;
  cache?: Cache;
  gateway?: PaymentGateway;
  processes?: ProcessHost;
}

async function closeParts(ledger: Ledger, { projector, cache, gateway, processes }: Parts): Promise<void> {
  await closeInTime('processes', () => processes?.stop(), ledger.logger);
  await closeInTime('payment gateway', () => gateway?.close(), ledger.logger);
  await closeInTime('projector', () => projector?.stop(), ledger.logger);
  await closeInTime('cache', () => cache?.close(), ledger.logger);
  await ledger.close();
}

/** Processes of several roles are started together; those that only read wait for the one that makes the stores. */
async function openWhenThere(config: Config, rights: LedgerRights): Promise<Ledger> {
  const clock = createSystemClock();
  const deadlineMs = clock.monotonicMs() + storesMsMax;
  for (;;) {
    try {
      return await openLedger(config, rights);
    } catch (error) {
      const mayCome =
        error instanceof StoreUnavailable && (rights.append !== true || rights.documents === 'read');
      if (!mayCome || clock.monotonicMs() > deadlineMs) throw error;
      await clock.sleep(storesPauseMs);
    }
  }
}

async function startOn(ledger: Ledger, parts: Parts): Promise<Service> {
  const { running, feed, cache, gateway } = parts;
  const { config, clock, ids, logger } = ledger;
  const readiness = createReadiness(ledger, parts);
  const metrics = createMetrics(readiness.check, cache?.figures);
  const paths = openWritePaths(ledger, metrics);
  const keys = await openTokenKeys(config, clock);
  const authenticate = createAuthenticator(keys, clock, {
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    lifetimeSMax: config.AUTH_LIFETIME_S_MAX,
  });
  const needs: ServerDependencies = {
    authenticate,
    clock,
    ids,
    logger,
    observe: metrics.observe,
    ...(config.RATE_LIMIT_ADDRESS > 0 && {
      addressLimiter: createMemoryRateLimiter(config.RATE_LIMIT_ADDRESS),
    }),
    ...(config.RATE_LIMIT_SUBJECT > 0 && {
      subjectLimiter: createMemoryRateLimiter(config.RATE_LIMIT_SUBJECT),
    }),
  };
  const server = createServer(
    {
      bodyBytesMax: config.BODY_BYTES_MAX,
      connectionsMax: config.CONNECTIONS_MAX,
      trustProxy: config.TRUST_PROXY,
    },
    needs,
  );
  const routes = [
    ...(running.has('command') && gateway ? commandSide(ledger, paths, gateway) : []),
    ...(cache ? querySide(ledger, cache, feed) : []),
  ];
  for (const route of routes) addRoute(server, route, needs);
  addPages(server, {
    readiness: readiness.check,
    metrics: metrics.render,
    metricsNeedToken: !isLoopback(config.HOST) && !config.METRICS_PUBLIC,
    authenticate,
    keys,
    openApi: () => openApiDocument(routes, packageVersion),
  });
  await listen(server, config);
  if (parts.performs && gateway !== undefined) {
    const { seams } = parts;
    parts.processes = startProcesses(ledger, {
      ...{ ...paths, gateway, metrics, seams },
      ...(feed && { feed }),
    });
  }
  return {
    url: urlOf(server, config.HOST),
    stop: async () => {
      readiness.draining();
      await drain(server, clock, config.DRAIN_MS_MAX);
      await closeParts(ledger, parts);
    },
  };
}
