import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../../src/adapters/event-store/memory/memory-event-store.ts';
import { createLocalFeed } from '../../src/adapters/feed/local-feed.ts';
import { createMemoryKeyStore } from '../../src/adapters/key-store/memory-key-store.ts';
import { createMemoryReadModel } from '../../src/adapters/read-model/memory/memory-read-model.ts';
import type { CommandOutcome } from '../../src/commands/command.ts';
import { createCommandHandler } from '../../src/commands/handle-command.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import type { Order } from '../../src/domain/order/state.ts';
import type { CommandBus } from '../../src/ports/command-bus.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { PaymentGateway } from '../../src/ports/payment-gateway.ts';
import { createPaymentsProcess } from '../../src/processes/payments.ts';
import { ProcessRunner } from '../../src/processes/runner.ts';
import { paymentWork } from '../../src/projections/payment-work.ts';
import { Projector } from '../../src/projections/runner.ts';
import { createFaultyStore, type FaultyStore } from './faulty-store.ts';
import { createManualClock, type ManualClock, settle } from './http-manual-clock.ts';
import { orderIdOf, placeOrder } from './projection-history.ts';
import { createScriptedGateway, type ScriptedGateway } from './scripted-gateway.ts';

export interface Line {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** What a process that can be started, and dropped as by a crash, does to a ledger in memory and its provider. */
export interface PaymentWorld {
  readonly clock: ManualClock;
  readonly gateway: ScriptedGateway;
  readonly store: FaultyStore;
  readonly logged: readonly Line[];
  /** Starts a process; several may run. Its seams are where a test steps in. */
  startNode(seams?: NodeSeams): ProcessRunner<never>;
  /** A caller's command on the order of this number. */
  send(number: number, command: OrderCommand): Promise<CommandOutcome>;
  /** Places an order of 30.00 EUR that is to be paid by itself, or only authorized. */
  place(number: number, captures?: boolean): Promise<CommandOutcome>;
  /** Time passes until nothing more is under way, at most so long. */
  settled(durationMs?: number): Promise<void>;
  order(number: number): Promise<Order>;
  eventsOf(number: number): Promise<readonly OrderEvent[]>;
  /** What the ledger thinks the provider's book says. */
  expectedBalance(): Promise<{ readonly cleared: string; readonly held: string }>;
  stop(): Promise<void>;
}

export interface NodeSeams {
  readonly gateway?: (gateway: PaymentGateway) => PaymentGateway;
  readonly orders?: (bus: CommandBus<OrderCommand>) => CommandBus<OrderCommand>;
}

export async function createPaymentWorld(): Promise<PaymentWorld> {
  const clock = createManualClock();
  const gateway = createScriptedGateway(clock);
  const store = createFaultyStore(createMemoryEventStore());
  const codec = createEventCodec([orderAggregate.events], createMemoryKeyStore(), nodeDigest);
  const readModel = createMemoryReadModel();
  const feed = createLocalFeed();
  const logged: Line[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields: fields as Line['fields'], message });
  const logger: Logger = { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') };
  const ids = { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0.5 };
  const metrics = { count: () => {}, gatewayAsked: () => {}, paymentParked: () => {} };
  const handlerOf = () =>
    createCommandHandler(orderAggregate, { store, codec, clock, ids, metrics, streamsCachedMax: 100 });
  const callers = handlerOf();
  let sentCount = 0;

  const projector = new Projector({
    ...{ store, codec, readModel, clock, ids, logger, projections: [paymentWork] },
    onCommitted: ({ projection, from, position, writes }) =>
      feed.publish({ projection, from, position, changed: writes.map(({ id }) => id) }),
  });
  await projector.start();

  const eventsOf = async (number: number) =>
    (await codec.decode(
      await store.readStream(`order-${orderIdOf(number)}`, { countMax: 10_000 }),
    )) as unknown as readonly OrderEvent[];
  const send = (number: number, command: OrderCommand) => {
    sentCount += 1;
    const commandId = nodeDigest.uuid5(orderIdOf(0), `caller ${sentCount}`);
    const envelope = { commandId, fingerprint: commandId, aggregateId: orderIdOf(number), command };
    return callers({ ...envelope, actor: 'customer-1', requestId: `request-${sentCount}` });
  };

  return {
    clock,
    gateway,
    store,
    logged,
    startNode: (seams = {}) => {
      const handle = handlerOf();
      const bus: CommandBus<OrderCommand> = {
        send: async (sent) => {
          const outcome = await handle({ ...sent, actor: 'process:payments', requestId: 'by-itself' });
          if (outcome.kind === 'done') return outcome;
          const { kind: code } = outcome;
          return outcome.kind === 'refused' ? outcome : { kind: 'refused', code, detail: code };
        },
      };
      const process = createPaymentsProcess({
        ...{ clock, ids, logger, metrics, digest: nodeDigest },
        gateway: seams.gateway?.(gateway) ?? gateway,
        orders: seams.orders?.(bus) ?? bus,
      });
      const onNews = (listener: () => void) => feed.subscribe(listener);
      const runner = new ProcessRunner(process, {
        ...{ clock, ids, logger, onNews, reader: readModel.reader(paymentWork) },
      });
      runner.start();
      return runner as unknown as ProcessRunner<never>;
    },
    send,
    place: (number, captures = true) =>
      send(
        number,
        placeOrder(number, {
          payment: { gateway: 'scripted', method: { token: 'tok_visa' }, captures },
        }),
      ),
    settled: async (durationMs = 60_000) => {
      await settle();
      await clock.pass(durationMs);
    },
    eventsOf,
    order: async (number) => {
      let order: Order | undefined;
      for (const event of await eventsOf(number)) order = orderAggregate.evolve(order, event, event as never);
      if (order === undefined) throw new Error(`order ${number} was never placed`);
      return order;
    },
    expectedBalance: async () => {
      const events = (await codec.decode(
        await store.readAll({ after: 0, countMax: 100_000 }),
      )) as unknown as readonly OrderEvent[];
      return balanceIn(events);
    },
    stop: () => projector.stop(),
  };
}

function balanceIn(events: readonly OrderEvent[]) {
  let cleared = 0;
  let held = 0;
  for (const { type, data } of events) {
    switch (type) {
      case 'PaymentAuthorized':
        held += data.amount.amount;
        break;
      case 'PaymentCaptured':
        held -= data.amount.amount;
        cleared += data.amount.amount - (data.fee?.amount ?? 0);
        break;
      case 'PaymentVoided':
      case 'AuthorizationReleased':
        held -= data.amount.amount;
        break;
      case 'RefundSettled':
        cleared -= data.amount.amount;
        break;
      default:
        break;
    }
  }
  return { cleared: String(cleared), held: String(held) };
}
