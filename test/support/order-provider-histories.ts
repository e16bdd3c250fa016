import type { OrderEvent } from '../../src/domain/order/decision.ts';
import { was, whole } from './order-builders.ts';
import { expiresAt, placedPaying, provider } from './order-calls.ts';

const asked = placedPaying();
const askedLater = placedPaying({ captures: false });
const askedByHand = placedPaying({ captures: false, cancels: false });
const failures = (operation: 'authorize' | 'capture' | 'void' | 'refund', call: number) => [
  ...[1, 2, 3, 4, 5].map((failure) => provider.failed(operation, call, failure)),
  provider.parked(operation, call),
];

const givenUp = [...asked, ...failures('authorize', 1)];
const capturing = [...asked, provider.held(1), provider.captureAsked(2)];
const held = [...askedLater, provider.held(1)];
const paid = [...capturing, provider.captured(2), was.paid()];
const paidByHold = [...placedPaying({ captures: false }, 'authorized'), provider.held(1), was.paid()];
const voiding = [...held, provider.voidAsked(2)];
const cancelling = [...held, provider.cancelling(), provider.voidAsked(2)];
const refunding = [...paid, provider.refundAsked(3, 60)];
const captureRefused = [
  ...capturing,
  provider.captureFailed(2),
  provider.cancelling('payment_failed: no-funds'),
  provider.voidAsked(3),
];
const cancelledCapture = [
  ...captureRefused,
  provider.voided(3),
  provider.cancelled('payment_failed: no-funds'),
];

/** Histories of orders whose money is with a provider that the ledger asks, by what they lead to. */
export const providerHistories = {
  'asked for': asked,
  'asked for, and once without an answer': [...asked, provider.failed('authorize', 1, 1)],
  'asked for and given up': givenUp,
  'asked for, given up and tried again': [...givenUp, provider.retried('authorize', 1)],
  'asked for by hand': askedByHand,
  'asked for by hand and declined': [...askedByHand, provider.declined()],
  'asked for by hand, declined and amended': [...askedByHand, provider.declined(), was.amended(60)],
  'declined and cancelled': [...asked, provider.declined(), provider.cancelled('payment_failed: no-funds')],
  'held by a provider': held,
  'held by a provider until a time': [...askedLater, provider.heldUntil(expiresAt)],
  'held by a provider until it expired': [...askedLater, provider.heldUntil(expiresAt), provider.expired()],
  'held by a provider, its capture under way': capturing,
  'held by a provider, its capture given up': [...capturing, ...failures('capture', 2)],
  'held by a provider, its capture declined': [...held, provider.captureAsked(2), provider.captureFailed(2)],
  'held by a provider and captured in part': [
    ...held,
    provider.captureAsked(2, 60),
    provider.captured(2, 60),
  ],
  'held by a provider, being given back': voiding,
  'held by a provider, giving it back refused': [...voiding, provider.voidFailed(2)],
  'given back by a provider': [...voiding, provider.voided(2)],
  'given back by a provider, held by another': [...voiding, provider.voided(2), was.authorized(whole, 2)],
  'paid through a provider': paid,
  'paid through a provider, a refund under way': refunding,
  'paid through a provider, a refund given up': [...refunding, ...failures('refund', 3)],
  'paid through a provider and refunded': [...refunding, provider.refunded(3, 60)],
  'paid through a provider, its refund credited': [...paid, provider.refundAsked(3), provider.credited(3)],
  'paid by a provider’s hold': paidByHold,
  'fulfilled on a provider’s hold': [...paidByHold, was.fulfilled, provider.captureAsked(2)],
  'fulfilled on a provider’s hold, its capture declined': [
    ...paidByHold,
    was.fulfilled,
    provider.captureAsked(2),
    provider.captureFailed(2),
  ],
  'cancelling while asked for': [...asked, provider.cancelling()],
  'cancelling while it is given back': cancelling,
  'cancelling, giving it back given up': [...cancelling, ...failures('void', 2)],
  'cancelling, giving it back refused': [...cancelling, provider.voidFailed(2)],
  'paid by a provider’s hold, cancelling': [...paidByHold, provider.cancelling(), provider.voidAsked(2)],
  'cancelling because its capture was declined': captureRefused,
  'cancelled by a provider’s answer': [...cancelling, provider.voided(2), provider.cancelled()],
  'cancelled while given up': [...givenUp, provider.cancelled()],
  'cancelled, then held': [...givenUp, provider.cancelled(), provider.held(1), provider.voidAsked(2)],
  'cancelled, then held, giving it back refused': [
    ...givenUp,
    provider.cancelled(),
    provider.held(1),
    provider.voidAsked(2),
    provider.voidFailed(2),
  ],
  'cancelled for a declined capture': cancelledCapture,
  'cancelled, then captured': [
    ...cancelledCapture,
    provider.captured(2),
    provider.refundAsked(4, whole, 1, 'captured after the order was cancelled'),
  ],
} as const satisfies Record<string, readonly OrderEvent[]>;
