import { decideBy } from '../kernel/rejections.ts';

/**
 * Why a command on an order is refused. The order of this table is the order of precedence: it is what the decisions
 * apply, what docs/refusals.md shows and what the tests walk through.
 */
export const orderRejections = {
  'order-not-found': { status: 404, title: 'There is no such order' },
  'order-already-placed': { status: 409, title: 'The order has been placed already' },
  'call-not-found': { status: 404, title: 'The provider was never asked this' },
  'order-already-cancelled': { status: 409, title: 'The order is cancelled' },
  'order-cancelling': { status: 409, title: 'The order is being cancelled' },
  'order-already-fulfilled': { status: 409, title: 'The order is fulfilled' },
  'order-already-paid': { status: 409, title: 'The order is paid' },
  'order-not-paid': { status: 409, title: 'The order is not paid' },
  'order-has-captured-money': { status: 409, title: 'Captured money has not been returned' },
  'payment-call-open': { status: 409, title: 'The payment provider has not answered yet' },
  'lines-locked-by-payment': { status: 409, title: 'The lines can no longer change' },
  'currency-mismatch': { status: 422, title: 'The amount is not in the order’s currency' },
  'total-too-large': { status: 422, title: 'The total is beyond what can be counted exactly' },
  'nothing-to-authorize': { status: 409, title: 'Nothing is left to authorize' },
  'authorization-exceeds-open': { status: 409, title: 'More than what is left to authorize' },
  'provider-takes-whole': { status: 409, title: 'A payment provider is asked for the whole amount' },
  'payment-not-authorized': { status: 409, title: 'No payment is authorized' },
  'capture-exceeds-authorized': { status: 409, title: 'More than what is authorized and not captured' },
  'hold-covers-paid-order': { status: 409, title: 'The hold is what the order is paid with' },
  'nothing-to-refund': { status: 409, title: 'Nothing is left to refund' },
  'refund-exceeds-refundable': { status: 409, title: 'More than what can be refunded' },
  'chargeback-exceeds-captured': { status: 409, title: 'More than what is captured and not returned' },
  'no-open-chargeback': { status: 409, title: 'No chargeback is open' },
  'chargeback-exceeds-open': { status: 409, title: 'More than what is under dispute' },
  'answer-comes-late': { status: 409, title: 'The answer no longer fits what is known' },
  'nothing-to-retry': { status: 409, title: 'No call to the payment provider was given up' },
  'too-many-notes': { status: 409, title: 'The order has as many notes as it may' },
  'order-history-full': { status: 409, title: 'The order has as many events as it may' },
} as const;

export type OrderRejection = keyof typeof orderRejections;

export const decide = decideBy(orderRejections);
