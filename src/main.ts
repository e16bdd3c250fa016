import { resolve } from 'node:path';
import { caches } from './adapters/cache/registry.ts';
import { createEventCodec } from './adapters/codec/event-codec.ts';
import { nodeDigest } from './adapters/digest/node-digest.ts';
import { eventStores } from './adapters/event-store/registry.ts';
import { keyStores } from './adapters/key-store/registry.ts';
import { gateways } from './adapters/payment-gateway/registry.ts';
import { readModels } from './adapters/read-model/registry.ts';
import { byScheme } from './adapters/shared/store-url.ts';
import { WrongAddress } from './adapters/shared/wrong-address.ts';
import { createSystemClock } from './adapters/system/system-clock.ts';
import { systemIds } from './adapters/system/system-ids.ts';
import { openFileKeys } from './adapters/token-keys/file-keys.ts';
import { type OwnKeys, openOwnKeys } from './adapters/token-keys/own-keys.ts';
import { openRemoteKeys } from './adapters/token-keys/remote-keys.ts';
import { closeInTime } from './close-in-time.ts';
import type { HandleCommand } from './commands/command.ts';
import { createCommandHandler } from './commands/handle-command.ts';
import { createStreamLook, type LookAtStream } from './commands/look-at-stream.ts';
import { createCommandPlanner, type PlanCommand } from './commands/plan-command.ts';
import { createStreamWatch, type WatchStream } from './commands/watch-stream.ts';
import { type Config, ConfigError, type SettingName } from './config.ts';
import { booksAggregate } from './domain/books/aggregate.ts';
import { StoreUnavailable } from './domain/kernel/faults.ts';
import { orderAggregate } from './domain/order/aggregate.ts';
import type { OrderCommand } from './domain/order/commands.ts';
import type { Order } from './domain/order/state.ts';
import { webhookAggregate } from './domain/webhook/aggregate.ts';
import type { WebhookCommand } from './domain/webhook/commands.ts';
import type { Webhook } from './domain/webhook/state.ts';
import { createLogger, type FlushableLogger } from './observability/logger.ts';
import type { Cache } from './ports/cache.ts';
import type { Clock } from './ports/clock.ts';
import type { CommandMetrics } from './ports/command-metrics.ts';
import type { Digest } from './ports/digest.ts';
import type { EventCodec } from './ports/event-codec.ts';
import type { EventStore } from './ports/event-store.ts';
import type { Ids } from './ports/ids.ts';
import type { KeyStore } from './ports/key-store.ts';
import type { PaymentGateway } from './ports/payment-gateway.ts';
import type { ReadModel } from './ports/read-model.ts';
import type { TokenKeys } from './ports/token-keys.ts';

/** Everything with a connection or a file behind it, and the little things that go with it. */
export interface Ledger {
  readonly config: Config;
  readonly store: EventStore;
  readonly keys: KeyStore;
  readonly codec: EventCodec;
  readonly readModel: ReadModel;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly logger: FlushableLogger;
  close(): Promise<void>;
}

export interface LedgerRights {
  /** Without it, appends are refused. */
  readonly append?: boolean;
  /** What may be done with documents; `none` does not even open them. */
  readonly documents: 'none' | 'read' | 'write';
  /** Opens a log that is known to be damaged, to examine it. */
  readonly evenIfDamaged?: boolean;
}

/** The one way of hashing, for those who need nothing else of a ledger. */
export const digest: Digest = nodeDigest;

/** The vocabularies of all aggregates. A new aggregate is one more. */
export const catalogues = [orderAggregate.events, booksAggregate.events, webhookAggregate.events];

/**
 * Opens the stores that the configuration names.
 * @throws ConfigError for a scheme without an adapter; StoreUnavailable; DamagedData.
 */
export async function openLedger(config: Config, rights: LedgerRights): Promise<Ledger> {
  const logger = createLogger(config.LOG_LEVEL);
  const opened: { name: string; close(): Promise<void> }[] = [];
  const keep = <Opened extends { close(): Promise<void> }>(name: string, each: Opened): Opened => {
    opened.push({ name, close: () => each.close() });
    return each;
  };
  const close = async () => {
    for (const each of opened.splice(0).toReversed()) await closeInTime(each.name, each.close, logger);
    logger.flush();
  };
  try {
    const events = adapterFor(eventStores, 'EVENT_STORE', config.EVENT_STORE);
    const { evenIfDamaged = false } = rights;
    const store = keep(
      'event store',
      await events.open(config.EVENT_STORE, { readOnly: rights.append !== true, evenIfDamaged }),
    );
    const keyStore = adapterFor(keyStores, 'KEY_STORE', config.KEY_STORE);
    const keys = keep('key store', await keyStore(config.KEY_STORE));
    const readModel =
      rights.documents === 'none' ? noReadModel : keep('read model', await openReadModel(config, rights));
    return {
      config,
      store,
      keys,
      codec: createEventCodec(catalogues, keys, nodeDigest),
      readModel,
      clock: createSystemClock(),
      ids: systemIds,
      digest: nodeDigest,
      logger,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openReadModel({ READ_MODEL }: Config, { documents }: LedgerRights): Promise<ReadModel> {
  return adapterFor(readModels, 'READ_MODEL', READ_MODEL).open(READ_MODEL, {
    readOnly: documents === 'read',
  });
}

/** What a process has that neither reads nor writes documents. */
const noReadModel: ReadModel = {
  projections: async () => [],
  startBuild: refuseDocuments,
  dropBuild: refuseDocuments,
  open: refuseDocuments,
  activate: refuseDocuments,
  reader: () => ({ get: refuseDocuments, list: refuseDocuments, position: refuseDocuments }),
  close: async () => {},
};

function refuseDocuments(): Promise<never> {
  return Promise.reject(
    new StoreUnavailable('read model', 'is not open in this process', 'Ask a query process.'),
  );
}

/** The write path of orders. */
export function openOrderCommands(
  ledger: Ledger,
  metrics: CommandMetrics,
): HandleCommand<OrderCommand, Order> {
  const { store, codec, clock, ids, config } = ledger;
  const streamsCachedMax = config.STREAMS_CACHED_MAX;
  return createCommandHandler(orderAggregate, { store, codec, clock, ids, metrics, streamsCachedMax });
}

/** The write path of what payment providers report. */
export function openWebhookCommands(
  ledger: Ledger,
  metrics: CommandMetrics,
): HandleCommand<WebhookCommand, Webhook> {
  const { store, codec, clock, ids, config } = ledger;
  const streamsCachedMax = config.STREAMS_CACHED_MAX;
  return createCommandHandler(webhookAggregate, { store, codec, clock, ids, metrics, streamsCachedMax });
}

/** Orders as their streams have them now. */
export function openOrderLook(ledger: Ledger): LookAtStream<Order> {
  return createStreamLook(orderAggregate, ledger);
}

/** What commands on orders would do. */
export function openOrderPlans(ledger: Ledger): PlanCommand<OrderCommand, Order> {
  return createCommandPlanner(orderAggregate, ledger);
}

/** Orders, watched until something has become of them. */
export function openOrderWatch(ledger: Ledger): WatchStream<Order> {
  return createStreamWatch(orderAggregate, ledger);
}

/**
 * The cache that the configuration names.
 * @param use to answer queries, or only to `write` what a projector has committed: then nothing is kept in this process.
 * @throws ConfigError, StoreUnavailable for a URL that names no cache; a server that is away is waited for by itself
 */
export async function openCache(
  { config, logger }: Pick<Ledger, 'config' | 'logger'>,
  use: 'read' | 'write',
): Promise<Cache> {
  const open = adapterFor(caches, 'CACHE', config.CACHE);
  return open(config.CACHE, { entriesMax: use === 'read' ? config.DOCUMENTS_CACHED_MAX : 1, logger });
}

/**
 * The payment provider that the configuration names.
 * @param acts whether a simulated one does from this process what it does by itself, as its webhooks
 * @throws ConfigError naming what is wrong with the address; StoreUnavailable
 */
export async function openGateway(
  { config, clock, logger }: Pick<Ledger, 'config' | 'clock' | 'logger'>,
  acts: boolean,
): Promise<PaymentGateway> {
  const { PAYMENT_GATEWAY, GATEWAY_WEBHOOK_SECRET: webhookSecret, DATA_DIR: dataDir } = config;
  const open = adapterFor(gateways, 'PAYMENT_GATEWAY', PAYMENT_GATEWAY);
  const secret = webhookSecret === undefined ? {} : { webhookSecret };
  try {
    return await open(PAYMENT_GATEWAY, { dataDir, clock, logger, acts, ...secret });
  } catch (error) {
    throw error instanceof WrongAddress ? new ConfigError(`PAYMENT_GATEWAY: ${error.message}`) : error;
  }
}

/** The ledger's own signing keys, in the data directory. */
export function openSigningKeys(config: Config, clock: Clock): Promise<OwnKeys> {
  return openOwnKeys(
    {
      path: resolve(config.DATA_DIR, 'auth-keys.json'),
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE,
      lifetimeSMax: config.AUTH_LIFETIME_S_MAX,
    },
    clock,
  );
}

/** The keys tokens are verified with: those of an identity provider, or the ledger's own. */
export async function openTokenKeys(config: Config, clock: Clock): Promise<TokenKeys> {
  const { AUTH_JWKS } = config;
  if (AUTH_JWKS === undefined) return openSigningKeys(config, clock);
  return /^https?:/.test(AUTH_JWKS) ? openRemoteKeys(AUTH_JWKS) : openFileKeys(resolve(AUTH_JWKS), clock);
}

/** Whether a projector on another thread or in another process would see the same events and documents. */
export function sharesStores({ EVENT_STORE, READ_MODEL }: Config): boolean {
  return (
    adapterFor(eventStores, 'EVENT_STORE', EVENT_STORE).shared &&
    adapterFor(readModels, 'READ_MODEL', READ_MODEL).shared
  );
}

/** The adapter that the scheme of the URL selects. @throws ConfigError where there is none */
export function adapterFor<Adapter>(
  registry: Readonly<Record<string, Adapter>>,
  name: SettingName,
  url: string,
): Adapter {
  const adapter = byScheme(registry, url);
  if (adapter !== undefined) return adapter;
  const [scheme = ''] = url.split(':');
  const known = Object.keys(registry).map((each) => `${each}:`);
  throw new ConfigError(`${name}: ${scheme}: is not known here; use ${known.join(' or ')}`);
}
