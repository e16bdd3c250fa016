import { z } from 'zod';
import { holdsCardNumber } from './card-number.ts';
import { printable, unprocessable } from './text.ts';

const uuid = z
  .string()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'must be a UUID in lower case, such as 4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
  )
  .meta({ format: 'uuid' });

/** Safe in a URL, a log line, a stream name and a query. */
const slug = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1–64 characters of A-Z a-z 0-9 _ . : -');

export const orderId = uuid.brand<'OrderId'>();
export type OrderId = z.output<typeof orderId>;

/** An entry of the books that was posted by hand or by reconciliation. */
export const entryId = uuid.brand<'EntryId'>();
export type EntryId = z.output<typeof entryId>;

/** A report of a payment provider, as the ledger names it: by the provider and its own id of the report. */
export const webhookId = uuid.brand<'WebhookId'>();

/** A name a caller makes up is the place where a card number ends up by mistake. */
function noCardNumber(schema: z.ZodString) {
  return schema.refine((text) => text.length < 14 || !holdsCardNumber(text), {
    error: 'looks like a payment card number',
    params: unprocessable,
  });
}

export const customerId = noCardNumber(slug).brand<'CustomerId'>();
export type CustomerId = z.output<typeof customerId>;

/** Who did it: the `sub` of the caller's token, or the name of a part of the ledger. */
export const actorId = slug.brand<'ActorId'>();
export type ActorId = z.output<typeof actorId>;

export const sku = noCardNumber(slug).brand<'Sku'>();
export type Sku = z.output<typeof sku>;

/** The caller's own name for an order: any printable text of at most 128 characters, compared exactly. */
export const externalId = noCardNumber(printable(128)).brand<'ExternalId'>();
export type ExternalId = z.output<typeof externalId>;
