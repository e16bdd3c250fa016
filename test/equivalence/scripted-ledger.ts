import { createHmac } from 'node:crypto';
import { caches } from '../../src/adapters/cache/registry.ts';
import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { eventStores } from '../../src/adapters/event-store/registry.ts';
import { createLocalFeed } from '../../src/adapters/feed/local-feed.ts';
import { readModels } from '../../src/adapters/read-model/registry.ts';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { commandRoutes } from '../../src/commands/command-api.ts';
import { createCommandHandler } from '../../src/commands/handle-command.ts';
import { createCommandPlanner } from '../../src/commands/plan-command.ts';
import { createStreamWatch } from '../../src/commands/watch-stream.ts';
import { personalFieldsIn } from '../../src/domain/kernel/event-catalogue.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { Route } from '../../src/http/route.ts';
import type { Cache } from '../../src/ports/cache.ts';
import type { CommandCount } from '../../src/ports/command-metrics.ts';
import type { EventCodec } from '../../src/ports/event-codec.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import type { KeyStore } from '../../src/ports/key-store.ts';
import type { ProjectionFeed } from '../../src/ports/projection-feed.ts';
import type { ReadModel } from '../../src/ports/read-model.ts';
import { balances } from '../../src/projections/balances.ts';
import { journal } from '../../src/projections/journal.ts';
import { orderDetails } from '../../src/projections/order-details.ts';
import { orderList } from '../../src/projections/order-list.ts';
import { paymentDetails } from '../../src/projections/payment-details.ts';
import type { AnyProjection } from '../../src/projections/projection.ts';
import { projections } from '../../src/projections/registry.ts';
import { Projector } from '../../src/projections/runner.ts';
import { stats } from '../../src/projections/stats.ts';
import { webhookInbox } from '../../src/projections/webhook-inbox.ts';
import { createCursors } from '../../src/queries/cursors.ts';
import { LiveProjection } from '../../src/queries/live-projection.ts';
import { memoOf } from '../../src/queries/memo.ts';
import { queryRoutes } from '../../src/queries/query-api.ts';
import { tellsOf } from '../../src/write-through.ts';
import type { StoreEnvironment } from '../support/server-places.ts';
import { gated } from './gated-store.ts';
import { patiently } from './patiently.ts';
import { createSetClock, type SetClock } from './set-clock.ts';

type Routes = ReadonlyMap<string, Route>;

/** Everything between a request and the stores, in one process, with time and chance taken out of it. */
export interface ScriptedLedger {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly codec: EventCodec;
  /** Two command processes, each with a memory of its own, and one that queries. */
  readonly commands: readonly [Routes, Routes];
  readonly queries: Routes;
  readonly counts: Readonly<Record<CommandCount, number>>;
  /** Sets the time; it does not move by itself. */
  setTime(now: Instant): void;
  /** Lets the projector take in what there is: until then it sees nothing new. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

const entriesMax = 50_000;
const streamsCachedMax = 20_000;
const paidWhen = 'captured';

export async function openScriptedLedger(stores: StoreEnvironment): Promise<ScriptedLedger> {
  const [events, documents, openCache] = [
    adapterFor(eventStores, stores.EVENT_STORE),
    adapterFor(readModels, stores.READ_MODEL),
    adapterFor(caches, stores.CACHE),
  ];
  const store = await events.open(stores.EVENT_STORE, {});
  const readModel = await documents.open(stores.READ_MODEL, {});
  const cache = await openCache(stores.CACHE, { entriesMax });
  const codec = createEventCodec([orderAggregate.events], derivedKeys, nodeDigest);
  const parts: Parts = { store, readModel, cache, codec, clock: createSetClock(), feed: createLocalFeed() };
  const counts = noCounts();
  const gate = gated(store);
  const projector = projectorOf(parts, gate.store);
  await patiently(() => projector.start());
  return {
    store,
    readModel,
    codec,
    counts,
    commands: [commandsOf(parts, counts), commandsOf(parts, counts)],
    queries: queriesOf(parts),
    setTime: parts.clock.set,
    catchUp: async () => {
      const head = await patiently(() => store.head());
      gate.open(head);
      await projector.reached(head);
    },
    close: async () => {
      await projector.stop();
      for (const each of [cache, readModel, store]) await each.close();
    },
  };
}

interface Parts {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly cache: Cache;
  readonly codec: EventCodec;
  readonly clock: SetClock;
  readonly feed: ProjectionFeed;
}

function projectorOf({ readModel, codec, cache, feed }: Parts, store: EventStore): Projector {
  const tell = tellsOf(cache, feed.publish);
  return new Projector({
    store,
    codec,
    readModel,
    projections,
    clock: createSystemClock(),
    ids,
    logger,
    onCommitted: tell,
    onUnchanged: tell,
  });
}

/** The write side with a memory of its own. */
function commandsOf({ store, codec, clock }: Parts, counts: Record<CommandCount, number>): Routes {
  const metrics = {
    count: (outcome: CommandCount) => {
      counts[outcome] += 1;
    },
  };
  const needs = { store, codec, clock, ids, metrics, streamsCachedMax };
  const handleOrder = createCommandHandler(orderAggregate, needs);
  const planOrder = createCommandPlanner(orderAggregate, needs);
  const watchOrder = createStreamWatch(orderAggregate, needs);
  return byOperation(
    commandRoutes({ handleOrder, planOrder, watchOrder, digest: nodeDigest, paidWhen, keysLenient: false }),
  );
}

function queriesOf({ store, readModel, cache, codec, clock, feed }: Parts): Routes {
  const live = (projection: AnyProjection) =>
    new LiveProjection(projection.name, projection.version, readModel.reader(projection), {
      cache,
      clock,
      waitMsMax: 0,
      memoOf,
      feed,
    });
  return byOperation(
    queryRoutes({
      store,
      codec,
      readModel,
      clock,
      digest: nodeDigest,
      orderDetails: live(orderDetails),
      orderList: live(orderList),
      paymentDetails: live(paymentDetails),
      stats: live(stats),
      books: { store, codec, clock, balances: live(balances), journal: live(journal), waitMsMax: 0 },
      webhookInbox: live(webhookInbox),
      orderFold: orderDetails.when,
      personalFields: (type) => personalFieldsIn(orderAggregate.events, type),
      cursors: createCursors((text) => createHmac('sha256', 'cursors').update(text).digest('base64url')),
      waitMsMax: 0,
    }),
  );
}

const ids = { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0.5 };
const nothing = () => {};
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Keys that follow from the subject, so that events say the same of them everywhere. */
const derivedKeys: KeyStore = {
  forSubject: async (subject) => keyOf(subject),
  byId: async (keyIds) => new Map(keyIds.map((keyId) => [keyId, keyOf(keyId)])),
  async *all() {},
  restore: async () => {},
  close: async () => {},
};

function keyOf(subject: string) {
  return { keyId: subject, secret: createHmac('sha256', 'keys').update(subject).digest() };
}

function noCounts(): Record<CommandCount, number> {
  return {
    executed: 0,
    replayed: 0,
    refused: 0,
    'key-reused': 0,
    'conflict-retried': 0,
    'outcome-unknown': 0,
  };
}

function byOperation(routes: readonly Route[]): Routes {
  return new Map(routes.map((route) => [route.operationId, route]));
}

function adapterFor<Adapter>(registry: Readonly<Record<string, Adapter>>, url: string): Adapter {
  const adapter = registry[url.split(/[+:]/)[0] ?? ''];
  if (adapter === undefined) throw new Error(`there is no adapter for ${url}`);
  return adapter;
}
