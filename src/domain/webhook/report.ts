import { z } from 'zod';
import { storedInstant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { printable } from '../kernel/text.ts';

/** What a payment provider reports by itself. */
export const reportType = z.enum([
  'call.approved',
  'call.declined',
  'authorization.expired',
  'dispute.opened',
  'dispute.won',
  'dispute.lost',
]);

/** One report of a provider, as it is recorded: what it says, and not yet what it means for an order. */
export const report = z.strictObject({
  /** The provider's id of the report: the same however often it is sent. */
  eventId: printable(200),
  gateway: z.string().regex(/^[a-z0-9-]{1,32}$/),
  type: reportType,
  /** The order, as the provider was told it. */
  paymentId: printable(200),
  /** The ledger's key of the call that it answers; disputes and expiries answer none. */
  key: printable(200).exactOptional(),
  /** What the provider calls it. */
  reference: printable(200).exactOptional(),
  amount: money,
  fee: money.exactOptional(),
  /** Why it was declined. */
  code: printable(64).exactOptional(),
  /** Of an approved authorization: when the hold ends by itself. */
  expiresAt: storedInstant.exactOptional(),
  /** When it happened, by the provider's clock. */
  reportedAt: storedInstant,
});
export type Report = z.output<typeof report>;
