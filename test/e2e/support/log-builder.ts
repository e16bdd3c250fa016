import { commandIdOf, createdIdOf, fingerprintOf } from '../../../src/commands/idempotency.ts';
import { readConfig } from '../../../src/config.ts';
import type { ActorId, CustomerId, OrderId } from '../../../src/domain/kernel/ids.ts';
import type { Instant } from '../../../src/domain/kernel/instant.ts';
import { noStream, streamName } from '../../../src/domain/kernel/log.ts';
import { orderAggregate } from '../../../src/domain/order/aggregate.ts';
import type { OrderCommand } from '../../../src/domain/order/commands.ts';
import { lines } from '../../../src/domain/order/line.ts';
import type { Order } from '../../../src/domain/order/state.ts';
import { type Ledger, openLedger } from '../../../src/main.ts';
import type { NewEvent } from '../../../src/ports/event-store.ts';
import { environmentOf } from '../../support/process.ts';
import { onFiles } from '../../support/test-servers.ts';

const actor = 'builder' as ActorId;
/** A file takes many in one commit; a server has to have answered each of them in time. */
const inFlightMax = onFiles ? 4_000 : 64;

/**
 * Writes the histories of many orders straight into the log, through the same decider and codec as the service, many
 * orders to a commit. Answers the ids of the orders and how many events the log then has.
 */
export async function buildLog(
  dataDir: string,
  { orders }: { readonly orders: number },
): Promise<{ readonly orderIds: readonly string[]; readonly events: number }> {
  const ledger = await openLedger(readConfig(environmentOf(dataDir)), { append: true, documents: 'none' });
  try {
    const orderIds: string[] = [];
    let written = 0;
    let waiting: Promise<unknown>[] = [];
    for (let index = 0; index < orders; index++) {
      const { orderId, events } = await historyOf(index, ledger);
      orderIds.push(orderId);
      written += events.length;
      waiting.push(ledger.store.append(streamName('order', orderId), noStream, events));
      if (waiting.length < inFlightMax) continue;
      await Promise.all(waiting);
      waiting = [];
    }
    await Promise.all(waiting);
    return { orderIds, events: written };
  } finally {
    await ledger.close();
  }
}

/** Placed, authorized, captured, fulfilled; every eighth is cancelled instead. */
function commandsOf(index: number, orderId: OrderId): readonly OrderCommand[] {
  const placed: OrderCommand = {
    type: 'PlaceOrder',
    orderId,
    customerId: `customer-${index % 97}` as CustomerId,
    currency: 'EUR',
    lines: lines.parse([
      { sku: `sku-${index % 50}`, label: 'Tea', kind: 'single', quantity: 1 + (index % 9), unitPrice: 450 },
    ]),
    paidWhen: 'captured',
  };
  const authorized: OrderCommand = { type: 'AuthorizePayment', method: { token: 'tok_visa' } };
  if (index % 8 === 7) return [placed, authorized, { type: 'CancelOrder', reason: 'changed my mind' }];
  return [placed, authorized, { type: 'CapturePayment' }, { type: 'FulfilOrder' }];
}

async function historyOf(
  index: number,
  { codec, digest }: Ledger,
): Promise<{ readonly orderId: OrderId; readonly events: readonly NewEvent[] }> {
  const idOf = (step: number) => commandIdOf(digest, actor, 'BUILD', `order/${index}`, String(step));
  const orderId = createdIdOf(digest, idOf(0)) as OrderId;
  const stream = streamName('order', orderId);
  const at = new Date(Date.UTC(2024, 0, 1) + index * 1_000).toISOString() as Instant;
  const events: NewEvent[] = [];
  let order: Order | undefined;
  let lastHash = '';
  for (const [step, command] of commandsOf(index, orderId).entries()) {
    const decision = orderAggregate.decide(command, order);
    if (!decision.ok) throw new Error(`${command.type}: ${decision.code}`);
    const encoded = await codec.encode(decision.events, {
      stream,
      revision: events.length - 1,
      lastHash,
      subject: actor,
      metadata: {
        commandId: idOf(step),
        command: command.type,
        fingerprint: fingerprintOf(digest, 'BUILD', `order/${index}/${step}`, {}),
        actor,
        requestId: `build-${index}-${step}`,
        occurredAt: at,
      },
    });
    for (const [offset, event] of decision.events.entries()) {
      order = orderAggregate.evolve(order, event, { at, revision: events.length + offset, actor });
    }
    events.push(...encoded.events);
    lastHash = encoded.lastHash;
  }
  return { orderId, events };
}
