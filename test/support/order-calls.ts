import type { Instant } from '../../src/domain/kernel/instant.ts';
import { gatewayKey, type Operation } from '../../src/domain/order/calls.ts';
import type { AmountInput, OrderCommand, ProviderAnswer } from '../../src/domain/order/commands.ts';
import type { PaidWhen } from '../../src/domain/order/state.ts';
import { ask, eur, ids, type OrderEventOf, was, whole } from './order-builders.ts';

/** The provider that the ledger asks in specs. */
export const gateway = 'simulated';
const method = { token: 'tok_visa' } as const;

/** When its holds end by themselves, and when what failed is tried again. */
export const expiresAt = '2026-01-12T09:00:00.000Z' as Instant;
export const retryAt = '2026-01-05T10:00:00.000Z' as Instant;

type Approval = Extract<ProviderAnswer, { readonly kind: 'approved' }>;
type Extra = Omit<Partial<Approval>, 'kind' | 'amount'>;

interface Paying {
  readonly captures?: boolean;
  readonly paidWhen?: PaidWhen;
}

/** Commands about a provider that the ledger asks, and what it answers. */
export const tell = {
  place: (total = whole, { captures = true, ...options }: Paying = {}): OrderCommand => ({
    ...ask.place(total, options),
    payment: { gateway, method, captures },
  }),
  authorize: (amount?: AmountInput): OrderCommand => ({
    type: 'AuthorizePayment',
    ...(amount !== undefined && { amount }),
    method,
    gateway,
  }),
  approve: (
    operation: Operation,
    call: number,
    amount: number | Approval['amount'] = whole,
    extra: Extra = {},
  ) =>
    answer(operation, call, {
      kind: 'approved',
      amount: typeof amount === 'number' ? eur(amount) : amount,
      ...extra,
    }),
  decline: (operation: Operation, call: number, code = 'no-funds') =>
    answer(operation, call, { kind: 'declined', code }),
  fail: (operation: Operation, call: number, code = 'timeout') =>
    answer(operation, call, { kind: 'failed', code, retryAt }),
  expire: (now: Instant = expiresAt): OrderCommand => ({ type: 'ExpireAuthorization', now }),
  /** The provider says so itself, before the time it once named. */
  expiredEarly: {
    type: 'ExpireAuthorization',
    now: retryAt,
    reported: true,
  } satisfies OrderCommand as OrderCommand,
  retry: { type: 'RetryPayment' } satisfies OrderCommand as OrderCommand,
} as const;

function answer(operation: Operation, call: number, said: ProviderAnswer): OrderCommand {
  return { type: 'RecordAnswer', operation, call, answer: said };
}

/** Filled in by `given`, from the one table of rules. */
const postings: [] = [];

const intent = (operation: Operation, call: number, amount: number) => ({
  call,
  amount: eur(amount),
  gateway,
  key: gatewayKey(ids.order, { operation, call }),
});
const by = (call: number) => ({ gateway, call });

interface Asking {
  readonly captures?: boolean;
  readonly cancels?: boolean;
}

/** Events of an order whose money is with a provider that the ledger asks. */
export const provider = {
  asked: (call = 1, { captures = true, cancels = true }: Asking = {}, amount = whole) =>
    ({
      type: 'PaymentRequested',
      data: { ...intent('authorize', call, amount), method, captures, cancels },
    }) satisfies OrderEventOf<'PaymentRequested'>,
  held: (call = 1, amount = whole, authorization = 1) =>
    ({
      type: 'PaymentAuthorized',
      data: { authorization, amount: eur(amount), method, provider: by(call), postings },
    }) satisfies OrderEventOf<'PaymentAuthorized'>,
  heldUntil: (until: Instant, call = 1, amount = whole) =>
    ({
      type: 'PaymentAuthorized',
      data: {
        authorization: 1,
        amount: eur(amount),
        method,
        provider: { ...by(call), reference: 'auth-1', expiresAt: until },
        postings,
      },
    }) satisfies OrderEventOf<'PaymentAuthorized'>,
  captureAsked: (call: number, amount = whole, final = false) =>
    ({
      type: 'CaptureRequested',
      data: { ...intent('capture', call, amount), final },
    }) satisfies OrderEventOf<'CaptureRequested'>,
  captured: (call: number, amount = whole, capture = 1) =>
    ({
      type: 'PaymentCaptured',
      data: { capture, amount: eur(amount), provider: by(call), postings },
    }) satisfies OrderEventOf<'PaymentCaptured'>,
  /** What a final capture leaves. */
  leftOver: (amount: number) =>
    ({
      type: 'AuthorizationReleased',
      data: { amount: eur(amount), provider: { gateway }, postings },
    }) satisfies OrderEventOf<'AuthorizationReleased'>,
  voidAsked: (call: number, amount = whole) =>
    ({ type: 'VoidRequested', data: intent('void', call, amount) }) satisfies OrderEventOf<'VoidRequested'>,
  voided: (call: number, amount = whole) =>
    ({
      type: 'PaymentVoided',
      data: { amount: eur(amount), provider: by(call), postings },
    }) satisfies OrderEventOf<'PaymentVoided'>,
  released: (call: number, amount: number) =>
    ({
      type: 'AuthorizationReleased',
      data: { amount: eur(amount), provider: by(call), postings },
    }) satisfies OrderEventOf<'AuthorizationReleased'>,
  refundAsked: (call: number, amount = whole, refund = 1, reason = 'broken cup') =>
    ({
      type: 'RefundRequested',
      data: {
        refund,
        amount: eur(amount),
        reason,
        provider: { gateway, call, key: gatewayKey(ids.order, { operation: 'refund', call }) },
        postings,
      },
    }) satisfies OrderEventOf<'RefundRequested'>,
  refunded: (call: number, amount = whole, refund = 1) =>
    ({
      type: 'RefundSettled',
      data: { refund, amount: eur(amount), provider: by(call), postings },
    }) satisfies OrderEventOf<'RefundSettled'>,
  credited: (call: number, amount = whole, refund = 1, code = 'no-funds') =>
    ({
      type: 'RefundFailed',
      data: { refund, amount: eur(amount), code, provider: by(call), postings },
    }) satisfies OrderEventOf<'RefundFailed'>,
  declined: (call = 1, amount = whole, code = 'no-funds') =>
    ({
      type: 'PaymentDeclined',
      data: { call, amount: eur(amount), code },
    }) satisfies OrderEventOf<'PaymentDeclined'>,
  captureFailed: (call: number, amount = whole, code = 'no-funds') =>
    ({
      type: 'CaptureFailed',
      data: { call, amount: eur(amount), code },
    }) satisfies OrderEventOf<'CaptureFailed'>,
  voidFailed: (call: number, amount = whole, code = 'no-funds') =>
    ({ type: 'VoidFailed', data: { call, amount: eur(amount), code } }) satisfies OrderEventOf<'VoidFailed'>,
  failed: (operation: Operation, call: number, failure: number, code = 'timeout') =>
    ({
      type: 'PaymentAttemptFailed',
      data: { call, operation, failure, code, retryAt },
    }) satisfies OrderEventOf<'PaymentAttemptFailed'>,
  parked: (operation: Operation, call: number, code = 'timeout') =>
    ({ type: 'PaymentParked', data: { call, operation, code } }) satisfies OrderEventOf<'PaymentParked'>,
  retried: (operation: Operation, call: number) =>
    ({ type: 'PaymentRetried', data: { call, operation } }) satisfies OrderEventOf<'PaymentRetried'>,
  expired: (amount = whole) =>
    ({
      type: 'AuthorizationExpired',
      data: { amount: eur(amount), postings },
    }) satisfies OrderEventOf<'AuthorizationExpired'>,
  cancelling: (reason = 'changed my mind') =>
    ({
      type: 'OrderCancellationRequested',
      data: { reason },
    }) satisfies OrderEventOf<'OrderCancellationRequested'>,
  cancelled: (reason = 'changed my mind', previousStatus: 'pending' | 'paid' = 'pending') =>
    ({
      type: 'OrderCancelled',
      data: { reason, total: eur(whole), previousStatus },
    }) satisfies OrderEventOf<'OrderCancelled'>,
} as const;

/** An order placed with a payment: what placing it records. */
export const placedPaying = (asking: Asking = {}, paidWhen: PaidWhen = 'captured') =>
  [was.placed(whole, { paidWhen }), provider.asked(1, asking)] as const;
