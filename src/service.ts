import { createHmac, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createLocalFeed } from './adapters/feed/local-feed.ts';
import { createMemoryRateLimiter } from './adapters/rate-limiter/memory-rate-limiter.ts';
import { secretFileOrNew } from './adapters/shared/secret-file.ts';
import { createSystemClock } from './adapters/system/system-clock.ts';
import { closeInTime } from './close-in-time.ts';
import { answerInTime } from './commands/answer-in-time.ts';
import { commandRoutes } from './commands/command-api.ts';
import { type Config, ConfigError, isLoopback } from './config.ts';
import { personalFieldsIn } from './domain/kernel/event-catalogue.ts';
import { StoreUnavailable } from './domain/kernel/faults.ts';
import { orderAggregate } from './domain/order/aggregate.ts';
import { createAuthenticator } from './http/auth.ts';
import { drain } from './http/drain.ts';
import { openApiDocument } from './http/openapi.ts';
import { addPages } from './http/pages.ts';
import type { Route } from './http/route.ts';
import { addRoute, createServer, type ServerDependencies } from './http/server.ts';
import {
  type Ledger,
  type LedgerRights,
  openCache,
  openLedger,
  openOrderCommands,
  openTokenKeys,
} from './main.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { packageVersion } from './package-version.ts';
import type { Cache } from './ports/cache.ts';
import type { ProjectionFeed } from './ports/projection-feed.ts';
import { orderDetails } from './projections/order-details.ts';
import { orderList } from './projections/order-list.ts';
import { paymentDetails } from './projections/payment-details.ts';
import type { AnyProjection } from './projections/projection.ts';
import { stats } from './projections/stats.ts';
import { type ProjectorHost, startProjector } from './projector-host.ts';
import { createCursors } from './queries/cursors.ts';
import { LiveProjection } from './queries/live-projection.ts';
import { memoOf } from './queries/memo.ts';
import { queryRoutes } from './queries/query-api.ts';
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
 * @throws ConfigError, StoreUnavailable, DamagedData
 */
export async function startService(
  config: Config,
  running: ReadonlySet<Role>,
  onFailure: (error: Error) => void,
): Promise<Service> {
  const ledger = await openWhenThere(config, {
    append: running.has('command'),
    documents: running.has('projector') ? 'write' : running.has('query') ? 'read' : 'none',
  });
  const parts: Parts = { running, ...(running.has('projector') && { feed: createLocalFeed() }) };
  try {
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
  readonly feed?: ProjectionFeed;
  projector?: ProjectorHost;
  cache?: Cache;
}

async function closeParts(ledger: Ledger, { projector, cache }: Parts): Promise<void> {
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
  const { running, feed, cache } = parts;
  const { config, clock, ids, logger } = ledger;
  const readiness = createReadiness(ledger, parts);
  const metrics = createMetrics(readiness.check, cache?.figures);
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
    ...(running.has('command') ? commandSide(ledger, metrics) : []),
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
  return {
    url: urlOf(server, config.HOST),
    stop: async () => {
      readiness.draining();
      await drain(server, clock, config.DRAIN_MS_MAX);
      await closeParts(ledger, parts);
    },
  };
}

function commandSide(ledger: Ledger, metrics: Metrics): readonly Route[] {
  const { config, digest, clock } = ledger;
  return commandRoutes({
    handleOrder: answerInTime(openOrderCommands(ledger, metrics), clock),
    digest,
    paidWhen: config.PAID_WHEN,
    keysLenient: config.IDEMPOTENCY_KEYS === 'lenient',
  });
}

function querySide(ledger: Ledger, cache: Cache, feed: ProjectionFeed | undefined): readonly Route[] {
  const { config, readModel, clock } = ledger;
  const live = (projection: AnyProjection) =>
    new LiveProjection(projection.name, projection.version, readModel.reader(projection), {
      cache,
      clock,
      waitMsMax: config.READ_WAIT_MS_MAX,
      memoOf,
      ...(feed && { feed }),
    });
  return queryRoutes({
    ...ledger,
    orderDetails: live(orderDetails),
    orderList: live(orderList),
    paymentDetails: live(paymentDetails),
    stats: live(stats),
    orderFold: orderDetails.when,
    personalFields: (type) => personalFieldsIn(orderAggregate.events, type),
    cursors: createCursors(cursorSignature(config)),
    waitMsMax: config.READ_WAIT_MS_MAX,
  });
}

function cursorSignature({ CURSOR_SECRET, DATA_DIR }: Config): (text: string) => string {
  const secret =
    CURSOR_SECRET ??
    secretFileOrNew(resolve(DATA_DIR, 'cursor.key'), () => randomBytes(32).toString('base64url'));
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}

/** @throws ConfigError where the address cannot be served on: another setting is what helps. */
async function listen(server: FastifyInstance, { PORT, HOST }: Config): Promise<void> {
  try {
    await server.listen({ port: PORT, host: HOST });
  } catch (error) {
    const why = cannotListen[(error as NodeJS.ErrnoException).code ?? '']?.(PORT, HOST);
    throw why === undefined ? error : new ConfigError(why);
  }
}

const cannotListen: Readonly<Record<string, (port: number, host: string) => string>> = {
  EADDRINUSE: (port, host) =>
    `PORT: ${port} on ${host} is in use by another process; stop it, or set another (0 takes a free one)`,
  EACCES: (port) => `PORT: this user may not serve on ${port}; use one above 1023`,
  EADDRNOTAVAIL: (_port, host) => `HOST: ${host} is no address of this machine`,
  ENOTFOUND: (_port, host) => `HOST: ${host} is not known`,
};

function urlOf(server: FastifyInstance, host: string): string {
  const { port } = server.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
