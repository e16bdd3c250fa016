import { z } from 'zod';
import { currency } from '../../domain/kernel/currency.ts';
import { customerId, externalId } from '../../domain/kernel/ids.ts';
import { type Instant, instantInput } from '../../domain/kernel/instant.ts';
import { amountMax } from '../../domain/kernel/money.ts';
import { printable } from '../../domain/kernel/text.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import { noteText, reasonText } from '../../domain/order/events.ts';
import { lines } from '../../domain/order/line.ts';

const payment = z.strictObject({
  type: z.enum([
    'authorized',
    'captured',
    'voided',
    'refunded',
    'chargeback-opened',
    'chargeback-won',
    'chargeback-lost',
  ]),
  amount: z.int().min(1).max(amountMax).exactOptional(),
  at: instantInput,
});
type Payment = z.output<typeof payment>;

/** One order of a history file and what happened to it, in business time. */
export const historyLine = z.strictObject({
  externalId,
  placedAt: instantInput,
  customerId,
  currency,
  lines,
  payments: z.array(payment).max(1_000).default([]),
  fulfilledAt: instantInput.exactOptional(),
  cancelledAt: instantInput.exactOptional(),
  cancelReason: reasonText.exactOptional(),
  note: noteText.exactOptional(),
  sourceStatus: printable(64).exactOptional(),
});
export type HistoryLine = z.output<typeof historyLine>;

/** Something that happened, as a command in the time it took effect. Placing comes as a fact of its own. */
export interface Fact {
  readonly at: Instant;
  readonly command: Exclude<OrderCommand, { readonly type: 'PlaceOrder' }>;
}

const importedToken = 'imported';
const importedReason = 'imported';

/** What happened after placing, in order of time; at the same time payments in file order, then fulfilment, then cancellation. */
export function factsOf({ payments, fulfilledAt, cancelledAt, cancelReason }: HistoryLine): readonly Fact[] {
  const facts: Fact[] = payments.map((each) => ({ at: each.at, command: commandOf(each) }));
  if (fulfilledAt !== undefined) facts.push({ at: fulfilledAt, command: { type: 'FulfilOrder' } });
  if (cancelledAt !== undefined) {
    facts.push({ at: cancelledAt, command: { type: 'CancelOrder', reason: cancelReason ?? importedReason } });
  }
  // A stable sort keeps the order in which facts of one time were listed here.
  return facts.toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}

function commandOf({ type, amount }: Payment): Fact['command'] {
  const sum = amount === undefined ? {} : { amount };
  switch (type) {
    case 'authorized':
      return { type: 'AuthorizePayment', ...sum, method: { token: importedToken } };
    case 'captured':
      return { type: 'CapturePayment', ...sum };
    case 'voided':
      return { type: 'VoidPayment' };
    case 'refunded':
      return { type: 'RefundPayment', ...sum, reason: importedReason };
    case 'chargeback-opened':
      return { type: 'OpenDispute', ...sum };
    case 'chargeback-won':
      return { type: 'ResolveDispute', ...sum, outcome: 'won' };
    case 'chargeback-lost':
      return { type: 'ResolveDispute', ...sum, outcome: 'lost' };
  }
}
