import { type Posting, post } from '../books/posting.ts';
import { type Decisions, runDecision } from '../kernel/decider.ts';
import { add, type Money, moneyOf, subtract } from '../kernel/money.ts';
import type { OrderEvent, Unbooked } from './decision.ts';
import type { Order } from './state.ts';

/** Where money is that no provider of the ledger's holds: the caller reports what its own did. */
export const externalGateway = 'external';

type BookedType = Extract<OrderEvent, { readonly data: { readonly postings: unknown } }>['type'];
type Unentered = Extract<Unbooked<OrderEvent>, { readonly type: BookedType }>;

/**
 * What each event of money means for the books, by the order it happens to: DOMAIN.md §5. Revenue is earned at the later
 * of handing over and capture, so deposits are what was captured before. One rule an event; an event without one does not
 * compile.
 */
const rules: Decisions<Unentered, Order, readonly Posting[]> = {
  PaymentAuthorized: ({ data: { amount } }) => hold(amount),
  PaymentCaptured: ({ data: { amount, fee } }, order) => [
    ...release(smaller(amount, order.payment.open.capture)),
    ...post(clearing(order), '2000', amount),
    ...(fee === undefined ? [] : post('5000', clearing(order), fee)),
    ...(isHandedOver(order) ? post('2000', '4000', amount) : []),
  ],
  AuthorizationReleased: ({ data: { amount } }) => release(amount),
  PaymentVoided: ({ data: { amount } }) => release(amount),
  AuthorizationExpired: ({ data: { amount } }) => release(amount),
  OrderFulfilled: (_event, order) => post('2000', '4000', depositsOf(order)),
  RefundRequested: ({ data: { amount } }, order) =>
    post(isHandedOver(order) ? '4900' : '2000', '2100', amount),
  RefundSettled: ({ data: { amount } }, order) => post('2100', clearing(order), amount),
  RefundFailed: ({ data: { amount } }) => post('2100', '2400', amount),
  ChargebackOpened: ({ data: { amount, fee } }, order) => [
    ...post('1300', clearing(order), amount),
    ...(fee === undefined ? [] : post('5100', clearing(order), fee)),
  ],
  ChargebackWon: ({ data: { amount } }, order) => post(clearing(order), '1300', amount),
  ChargebackLost: ({ data: { amount } }, order) =>
    post(isHandedOver(order) ? '5200' : '2000', '1300', amount),
};

/** The postings of an event on an order as it was before; `undefined` for an event that moves no money. */
export function postingsOf(order: Order, event: Unbooked<OrderEvent>): readonly Posting[] | undefined {
  return movesMoney(event) ? runDecision(rules, event, order) : undefined;
}

function movesMoney(event: Unbooked<OrderEvent>): event is Unentered {
  return Object.hasOwn(rules, event.type);
}

/**
 * The event with its postings in it, as it is recorded. `Unbooked` has tied the event to what it lacks, and the rule to
 * the event; the compiler loses sight of that where the two are put together.
 */
export function book(order: Order, event: Unbooked<OrderEvent>): OrderEvent;
export function book(order: Order, event: Unbooked<OrderEvent>): unknown {
  const postings = postingsOf(order, event);
  return postings === undefined ? event : { ...event, data: { ...event.data, postings } };
}

/** What is captured, not earned and still owed to the customer: nothing once the order is handed over. */
export function depositsOf({ payment, fulfilledAt }: Order): Money {
  const { captured, refunding, refunded, chargedBack, payable } = payment;
  if (fulfilledAt !== undefined) return moneyOf(0, payable.currency);
  const returned = add(add(refunding, refunded), chargedBack);
  return subtract(captured, payment.credited === undefined ? returned : add(returned, payment.credited));
}

function hold(amount: Money): readonly Posting[] {
  return post('9000', '9100', amount);
}

function release(amount: Money): readonly Posting[] {
  return post('9100', '9000', amount);
}

function clearing({ payment: { provider } }: Order): string {
  return `1100:${provider?.gateway ?? externalGateway}`;
}

function isHandedOver({ fulfilledAt }: Order): boolean {
  return fulfilledAt !== undefined;
}

function smaller(a: Money, b: Money): Money {
  return a.amount < b.amount ? a : b;
}
