import { z } from 'zod';
import { holdsCardNumber } from '../domain/kernel/card-number.ts';
import { currency } from '../domain/kernel/currency.ts';
import { type ActorId, type CustomerId, customerId, externalId, type OrderId } from '../domain/kernel/ids.ts';
import { amountMax, money } from '../domain/kernel/money.ts';
import { printable, unprocessable } from '../domain/kernel/text.ts';
import type { OrderCommand } from '../domain/order/commands.ts';
import { noteText, reasonText } from '../domain/order/events.ts';
import { lines } from '../domain/order/line.ts';
import type { Order, PaidWhen } from '../domain/order/state.ts';
import { Problem } from '../http/problem.ts';
import type { CommandRow } from './command-row.ts';

/** What a command may know beyond its body. */
export interface OrderContext {
  readonly orderId: OrderId;
  readonly actor: ActorId;
  /** Whether the caller acts for every customer. */
  readonly isOperator: boolean;
  readonly paidWhen: PaidWhen;
  /** The payment provider that the ledger asks; without one callers report what their own did. */
  readonly gateway?: string;
}

const amount = z.int().min(1).max(amountMax);
const amountInput = z
  .union([amount, money.extend({ amount })])
  .meta({ description: 'Integer minor units of the order’s currency, or money that names its currency.' });

const token = printable(200)
  .refine((text) => !holdsCardNumber(text), {
    error: 'looks like a card number; send the provider’s token',
    params: unprocessable,
  })
  .meta({ description: 'The provider’s token. Never a card number.', examples: ['tok_visa'] });

const method = z.strictObject({ token });

/** @throws Problem `unprocessable` where there is nobody to ask */
function orderedPayment(
  payment: { readonly method: z.output<typeof method> } | undefined,
  { gateway, paidWhen }: OrderContext,
) {
  if (payment === undefined) return {};
  if (gateway === undefined) {
    const detail =
      'This ledger asks no payment provider. Leave `payment` out and report the authorization, or set PAYMENT_GATEWAY.';
    throw new Problem('unprocessable', detail, { code: 'no-payment-gateway' });
  }
  return { payment: { gateway, method: payment.method, captures: paidWhen === 'captured' } };
}

const own = ['orders:write', 'ops:write'] as const;
const operators = ['ops:write'] as const;

function row<Schema extends z.ZodType>(definition: CommandRow<Schema, OrderContext, OrderCommand>) {
  return definition as CommandRow<z.ZodType, OrderContext, OrderCommand>;
}

/** Every command on an order, as the HTTP API offers it: one row, one operation. */
export const orderRows: readonly CommandRow<z.ZodType, OrderContext, OrderCommand>[] = [
  row({
    path: '/v1/orders',
    operationId: 'placeOrder',
    summary: 'Place an order',
    scopes: own,
    body: z.strictObject({
      currency,
      lines,
      customerId: customerId.exactOptional(),
      externalId: externalId.exactOptional(),
      note: noteText.exactOptional(),
      payment: z
        .strictObject({ method })
        .exactOptional()
        .describe('Has the order paid without a further call, by the payment provider of the ledger.'),
    }),
    command: ({ customerId: customer, payment, ...body }, context) => ({
      type: 'PlaceOrder',
      orderId: context.orderId,
      customerId: customer ?? (context.actor as string as CustomerId),
      ...body,
      paidWhen: context.paidWhen,
      ...orderedPayment(payment, context),
    }),
  }),
  row({
    path: '/v1/orders/:orderId/lines',
    operationId: 'amendLines',
    summary: 'Replace the lines of a pending order',
    description: 'Only while nothing is authorized.',
    scopes: own,
    body: z.strictObject({ lines }),
    command: (body) => ({ type: 'AmendLines', ...body }),
  }),
  row({
    path: '/v1/orders/:orderId/cancel',
    operationId: 'cancelOrder',
    summary: 'Cancel an order',
    description:
      'Money that is only held is given back in the same append. Captured money must be refunded first.',
    scopes: own,
    body: z.strictObject({ reason: reasonText }),
    command: (body) => ({ type: 'CancelOrder', ...body }),
  }),
  row({
    path: '/v1/orders/:orderId/fulfil',
    operationId: 'fulfilOrder',
    summary: 'Hand over a paid order',
    scopes: operators,
    body: z.strictObject({}),
    command: () => ({ type: 'FulfilOrder' }),
  }),
  row({
    path: '/v1/orders/:orderId/notes',
    operationId: 'addNote',
    summary: 'Add a note to an order',
    scopes: own,
    body: z.strictObject({ note: noteText }),
    command: ({ note }, { actor }) => ({ type: 'AddNote', note, addedBy: actor }),
  }),
  row({
    path: '/v1/orders/:orderId/payment/authorize',
    operationId: 'authorizePayment',
    summary: 'Authorize a payment',
    description:
      'By default what is open. Where the ledger asks a payment provider, the answer is that it was asked; `payment.status` says the rest. Else it records that the provider of the caller holds the money. The order is paid once its total is captured (or authorized, by configuration).',
    scopes: own,
    body: z.strictObject({ amount: amountInput.exactOptional(), method }),
    command: (body, { gateway }) => ({
      type: 'AuthorizePayment',
      ...body,
      ...(gateway !== undefined && { gateway }),
    }),
  }),
  row({
    path: '/v1/orders/:orderId/payment/capture',
    operationId: 'capturePayment',
    summary: 'Capture held money',
    description:
      'By default all that is held, and by the provider that holds it. `final` gives the rest of the hold back.',
    scopes: operators,
    body: z.strictObject({ amount: amountInput.exactOptional(), final: z.boolean().exactOptional() }),
    command: (body) => ({ type: 'CapturePayment', ...body }),
  }),
  row({
    path: '/v1/orders/:orderId/payment/void',
    operationId: 'voidPayment',
    summary: 'Give a hold back',
    scopes: own,
    body: z.strictObject({}),
    command: () => ({ type: 'VoidPayment' }),
  }),
  row({
    path: '/v1/orders/:orderId/payment/refund',
    operationId: 'refundPayment',
    summary: 'Refund captured money',
    description: 'By default all that is refundable: captured, not returned and not under dispute.',
    scopes: operators,
    body: z.strictObject({ amount: amountInput.exactOptional(), reason: reasonText }),
    command: (body) => ({ type: 'RefundPayment', ...body }),
  }),
  row({
    path: '/v1/orders/:orderId/payment/retry',
    operationId: 'retryPayment',
    summary: 'Try a call to the payment provider again that was given up',
    scopes: operators,
    body: z.strictObject({}),
    command: () => ({ type: 'RetryPayment' }),
  }),
  row({
    path: '/v1/orders/:orderId/payment/chargeback',
    operationId: 'chargebackPayment',
    summary: 'Record a chargeback, or how it ended',
    scopes: operators,
    body: z.strictObject({ amount: amountInput, action: z.enum(['open', 'won', 'lost']) }),
    command: ({ amount: disputed, action }) =>
      action === 'open'
        ? { type: 'OpenDispute', amount: disputed }
        : { type: 'ResolveDispute', amount: disputed, outcome: action },
  }),
];

/** Whether the caller may know of this order. */
export function mayTouch(
  { actor, isOperator }: Pick<OrderContext, 'actor' | 'isOperator'>,
  order: Order,
): boolean {
  return isOperator || (order.customerId as string) === actor;
}
