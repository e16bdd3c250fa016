import { orderId as orderIdSchema } from '../../domain/kernel/ids.ts';
import { streamName } from '../../domain/kernel/log.ts';
import { formatMoney } from '../../domain/kernel/money.ts';
import { orderAggregate } from '../../domain/order/aggregate.ts';
import type { Order } from '../../domain/order/state.ts';
import type { Ledger } from '../../main.ts';
import type { DomainEvent } from '../../ports/event-codec.ts';
import { type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';
import type { Terminal } from '../terminal.ts';

const pageSize = 1_000;

export async function inspectOrder(
  ledger: Ledger,
  { words: [, id], terminal }: CliContext,
): Promise<ExitCode> {
  const parsed = orderIdSchema.safeParse(id);
  if (!parsed.success) throw new UsageError('An order id is a UUID in lower case.');
  const events = await eventsOf(ledger, streamName('order', parsed.data));
  const order = events.reduce<Order | undefined>(
    (state, event) => orderAggregate.evolve(state, event as never, event),
    undefined,
  );
  if (order === undefined) {
    terminal.complain(`There is no order ${id}.`);
    return exitCodes.no;
  }
  const { payment } = order;
  terminal.line(
    `${terminal.paint('bold', `order ${order.orderId}`)}  ${order.status} (${order.phase})  revision ${order.revision}`,
  );
  terminal.line(
    `  customer ${order.customerId}${order.externalId === undefined ? '' : `  external id ${order.externalId}`}`,
  );
  terminal.line(`  placed ${order.placedAt}  ${order.lines.length} lines  total ${formatMoney(order.total)}`);
  terminal.line(
    `  payment ${payment.status}: authorized ${formatMoney(payment.authorized)}, captured ${formatMoney(payment.captured)}, refunded ${formatMoney(payment.refunded)}, disputed ${formatMoney(payment.disputed)}`,
  );
  terminal.line();
  showEvents(events, terminal);
  terminal.answer({ order, events: events.map(summaryOf) });
  return exitCodes.done;
}

export async function inspectStream(
  ledger: Ledger,
  { words: [, name = ''], terminal }: CliContext,
): Promise<ExitCode> {
  const events = await eventsOf(ledger, name);
  if (events.length === 0) {
    terminal.complain(`There is no stream ${name}.`);
    return exitCodes.no;
  }
  showEvents(events, terminal);
  terminal.answer({ events: events.map(summaryOf) });
  return exitCodes.done;
}

async function eventsOf({ store, codec }: Ledger, stream: string): Promise<readonly DomainEvent[]> {
  const events: DomainEvent[] = [];
  for (let from = 0; ; from += pageSize) {
    const page = await store.readStream(stream, { from, countMax: pageSize });
    events.push(...(await codec.decode(page)));
    if (page.length < pageSize) return events;
  }
}

function showEvents(events: readonly DomainEvent[], terminal: Terminal): void {
  terminal.table(
    ['REV', 'POSITION', 'EVENT', 'AT', 'BY', 'COMMAND', 'REQUEST'],
    events.map(({ revision, position, type, at, actor, metadata }) => [
      String(revision),
      String(position),
      type,
      at,
      actor,
      metadata.command,
      metadata.requestId,
    ]),
  );
}

function summaryOf({ revision, position, type, at, actor, data, metadata }: DomainEvent): object {
  return { revision, position, type, at, actor, data, metadata };
}
