import type { Instant } from '../domain/kernel/instant.ts';
import { idOf } from '../domain/kernel/log.ts';
import { type Money, moneyOf } from '../domain/kernel/money.ts';
import { gatewayKey, type Operation } from '../domain/order/calls.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { urgencyOf } from './due.ts';
import { type Handlers, handleWith, type Projection, type Recorded } from './projection.ts';

/** The last thing that was asked of the provider: all that matters of its calls, because there is one at a time. */
export interface LastCall {
  readonly call: number;
  readonly operation: Operation;
  /** Who is asked. */
  readonly gateway: string;
  /** The provider's idempotency key. */
  readonly key: string;
  readonly amount: Money;
  readonly token?: string;
  readonly final?: boolean;
  /** Technical failures since it was asked for, or since a human let it go on. */
  readonly failures: number;
  /** Whether an answer failed to come before: then the provider is asked what it knows of the call. */
  readonly isDoubtful: boolean;
  /** `open`: it is to be made at `due`. `parked`: a human has to look first. */
  readonly status: 'open' | 'parked' | 'over';
  readonly due: Instant;
}

/**
 * What the ledger has to do for the payment of one order: perform a call, or end a hold at its time. Only orders whose
 * money is with a provider have one. It is kept when nothing is due, because a later call needs the provider's reference.
 */
export interface PaymentWork {
  /** The order. */
  readonly id: string;
  readonly due?: Instant;
  /** What the provider calls the authorization. */
  readonly reference?: string;
  readonly call?: LastCall;
  readonly held: Money;
  /** When the provider lets the hold go. */
  readonly expiresAt?: Instant;
  readonly isCaptured: boolean;
  readonly isPaid: boolean;
  readonly isFulfilled: boolean;
  /** Whether the order is cancelled, or about to be: it asks for no more money. */
  readonly isClosed: boolean;
  /** The event that made it due. */
  readonly cause: { readonly eventId: string; readonly correlationId: string };
  readonly revision: number;
}

/** The to-do list of the process that performs calls, most urgent first. */
export const paymentWork: Projection<PaymentWork, OrderEvent> = {
  name: 'payment-work',
  version: 1,
  category: 'order',
  fields: ['urgency'],
  indexes: [['urgency']],
  keys: 'stream',
  when: (work, event) => {
    const before = work ?? started(event);
    if (before === undefined) return undefined;
    const { due: _, ...after } = handleWith(handlers, { ...before, revision: event.revision }, event);
    const due = dueOf(after);
    return due === undefined ? after : { ...after, due };
  },
  fieldsOf: ({ due }) => ({ urgency: due && urgencyOf(due) }),
};

/** A provider's work begins when it is first asked for an authorization. */
function started(event: Recorded<OrderEvent>): PaymentWork | undefined {
  if (event.type !== 'PaymentRequested') return undefined;
  const { amount } = event.data;
  return {
    id: idOf(event.stream),
    held: moneyOf(0, amount.currency),
    isCaptured: false,
    isPaid: false,
    isFulfilled: false,
    isClosed: false,
    cause: causeOf(event),
    revision: event.revision,
  };
}

/** A hold ends by itself where nothing was given for it: as `expireAuthorization` decides. */
function dueOf({ call, held, expiresAt, isCaptured, isPaid, isFulfilled }: PaymentWork): Instant | undefined {
  if (call?.status === 'open') return call.due;
  if (call?.status === 'parked') return undefined;
  return held.amount === 0 || isFulfilled || (isPaid && isCaptured) ? undefined : expiresAt;
}

const handlers: Handlers<PaymentWork, OrderEvent> = {
  PaymentRequested: (work, event) =>
    asked(work, event, 'authorize', { ...event.data, token: event.data.method.token }),
  CaptureRequested: (work, event) => asked(work, event, 'capture', event.data),
  VoidRequested: (work, event) => asked(work, event, 'void', event.data),
  RefundRequested: (work, event) => {
    const { provider, amount } = event.data;
    return provider === undefined ? work : asked(work, event, 'refund', { ...provider, amount });
  },
  PaymentAttemptFailed: (work, event) => {
    const { call, failure, retryAt } = event.data;
    return changed(work, event, call, { failures: failure, isDoubtful: true, due: retryAt });
  },
  PaymentParked: (work, event) => changed(work, event, event.data.call, { status: 'parked' }),
  PaymentRetried: (work, event) => {
    const again = { status: 'open', failures: 0, isDoubtful: true, due: event.at } as const;
    return changed(work, event, event.data.call, again);
  },

  PaymentAuthorized: (work, event) => {
    const { amount, provider } = event.data;
    const { reference: _, expiresAt: __, ...rest } = answered(work, provider);
    const { reference, expiresAt } = provider ?? {};
    return {
      ...rest,
      ...(reference !== undefined && { reference }),
      ...(expiresAt !== undefined && { expiresAt }),
      held: moneyOf(work.held.amount + amount.amount, amount.currency),
      cause: causeOf(event),
    };
  },
  PaymentCaptured: (work, event) => ({
    ...withoutHeld(answered(work, event.data.provider), event.data.amount, event),
    isCaptured: true,
  }),
  AuthorizationReleased: (work, event) =>
    withoutHeld(answered(work, event.data.provider), event.data.amount, event),
  PaymentVoided: (work, event) => withoutHeld(answered(work, event.data.provider), event.data.amount, event),
  AuthorizationExpired: (work, event) => withoutHeld(work, event.data.amount, event),
  RefundSettled: (work, event) => answered(work, event.data.provider),
  RefundFailed: (work, event) => answered(work, event.data.provider),
  PaymentDeclined: (work, event) => answered(work, event.data),
  CaptureFailed: (work, event) => answered(work, event.data),
  VoidFailed: (work, event) => answered(work, event.data),

  OrderPaid: (work) => ({ ...work, isPaid: true }),
  OrderFulfilled: (work) => ({ ...work, isFulfilled: true }),
  OrderCancelled: (work) => ({ ...work, isPaid: false, isClosed: true }),
  OrderPlaced: unchanged,
  OrderLinesAmended: unchanged,
  OrderNoteAdded: unchanged,
  OrderCompleted: unchanged,
  OrderCancellationRequested: (work) => ({ ...work, isPaid: false, isClosed: true }),
  ChargebackOpened: unchanged,
  ChargebackWon: unchanged,
  ChargebackLost: unchanged,
  CommandRefused: unchanged,
};

function unchanged(work: PaymentWork): PaymentWork {
  return work;
}

function asked(
  work: PaymentWork,
  event: Recorded<OrderEvent>,
  operation: Operation,
  intent: Pick<LastCall, 'call' | 'gateway' | 'amount' | 'token' | 'final'>,
): PaymentWork {
  const { call, gateway, amount, token, final } = intent;
  return {
    ...work,
    call: {
      call,
      operation,
      gateway,
      key: gatewayKey(work.id, { operation, call }),
      amount,
      ...(token !== undefined && { token }),
      ...(final !== undefined && { final }),
      failures: 0,
      isDoubtful: false,
      status: 'open',
      due: event.at,
    },
    cause: causeOf(event),
  };
}

function changed(
  work: PaymentWork,
  event: Recorded<OrderEvent>,
  number: number,
  change: Partial<LastCall>,
): PaymentWork {
  const { call } = work;
  return call?.call === number ? { ...work, call: { ...call, ...change }, cause: causeOf(event) } : work;
}

/** The call that this answers is over. */
function answered(work: PaymentWork, by: { readonly call?: number } | undefined): PaymentWork {
  const { call } = work;
  return call === undefined || call.call !== by?.call ? work : { ...work, call: { ...call, status: 'over' } };
}

/** More than is held can only be what was thought given back: then nothing is left of the hold. */
function withoutHeld(work: PaymentWork, amount: Money, event: Recorded<OrderEvent>): PaymentWork {
  const left = Math.max(0, work.held.amount - amount.amount);
  return { ...work, held: moneyOf(left, amount.currency), cause: causeOf(event) };
}

function causeOf({ eventId, metadata }: Recorded<OrderEvent>): PaymentWork['cause'] {
  return { eventId, correlationId: metadata.correlationId ?? metadata.requestId };
}
