import { orderId } from '../../domain/kernel/ids.ts';
import { streamName } from '../../domain/kernel/log.ts';
import { orderAggregate } from '../../domain/order/aggregate.ts';
import type { Order } from '../../domain/order/state.ts';
import type { DomainEvent } from '../../ports/event-codec.ts';
import { orderBooks } from '../../queries/order-books.ts';
import { type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';
import { type Asked, askedOf } from './asked.ts';
import type { OpenBooks } from './open-books.ts';
import { formatOf, writeRows } from './sheet.ts';

const pageSize = 1_000;
const money = true;

/** `ledger books order ID`: what the order's own events booked, and what that leaves. */
export async function showOrder(books: OpenBooks, context: CliContext): Promise<ExitCode> {
  const { terminal } = context;
  const format = formatOf(context);
  const asked = askedOf('order', ['at', 'position'], context);
  const id = orderId.safeParse(context.words[1]);
  if (!id.success) throw new UsageError('An order id is a UUID in lower case.');
  const asOf = await books.store.head();
  const events = await eventsUntil(books, streamName('order', id.data), asked);
  const order = events.reduce<Order | undefined>(
    (state, event) => orderAggregate.evolve(state, event as never, event),
    undefined,
  );
  if (order === undefined) {
    terminal.complain(`There is no order ${id.data}${events.length === 0 ? '' : ' yet'}.`);
    return exitCodes.no;
  }
  const { accounts, entries, unbooked } = orderBooks(order, events);
  const lines = entries.flatMap(({ at, position, type, lines: booked }) =>
    booked.map((line) => ({ at, position, type, ...line })),
  );
  if (format === 'table') {
    const sums = ['debit', 'credit', 'balance'].map((name) => ({ name, money }));
    await writeRows([{ name: 'account' }, { name: 'name' }, ...sums], accounts, format, terminal);
    terminal.line();
  }
  const columns = ['at', 'position', 'type', 'account', 'side', 'currency'].map((name) => ({ name }));
  await writeRows([...columns, { name: 'amount', money }], lines, format, terminal);
  if (unbooked > 0) {
    const why = `${unbooked} events of money are from before the ledger kept books and in no account`;
    if (!terminal.json) terminal.complain(why);
  }
  await books.sayAsOf(asked.position ?? asOf, context, format);
  terminal.answer({ asOf: asked.position ?? asOf, orderId: id.data, accounts, entries, unbooked });
  return exitCodes.done;
}

async function eventsUntil(
  { store, codec }: OpenBooks,
  stream: string,
  { at, position }: Asked,
): Promise<readonly DomainEvent[]> {
  const events: DomainEvent[] = [];
  for (let from = 0; ; from += pageSize) {
    const page = await store.readStream(stream, { from, countMax: pageSize });
    events.push(...(await codec.decode(page)));
    if (page.length < pageSize) break;
  }
  return events.filter(
    (event) => (at === undefined || event.at <= at) && (position === undefined || event.position <= position),
  );
}
