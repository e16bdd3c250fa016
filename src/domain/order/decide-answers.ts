import { amountMax, formatMoney, type Money } from '../kernel/money.ts';
import { refuse } from '../kernel/result.ts';
import { askVoid, gatewayOf } from './asking.ts';
import { type Call, failuresMax } from './calls.ts';
import { closing } from './closing.ts';
import type { OrderCommandOf, ProviderAnswer } from './commands.ts';
import { approved } from './decide-approvals.ts';
import { cancellation, completion } from './decide-order.ts';
import type { OrderDecision, OrderEvent, Unbooked } from './decision.ts';
import { after, callOf, openCallOf, type Payment } from './payment.ts';
import { decide } from './rejections.ts';
import type { Order } from './state.ts';

type Events = readonly Unbooked<OrderEvent>[];
type Failure = Extract<ProviderAnswer, { readonly kind: 'failed' }>;

/**
 * What a provider answered, or reported later. An answer that is known already changes nothing; one that comes after the
 * order was cancelled is never ignored: money is given back.
 */
export function recordAnswer(command: OrderCommandOf<'RecordAnswer'>, order: Order): OrderDecision {
  const { answer, operation } = command;
  const call = callOf(order.payment, command.call);
  if (call === undefined || call.operation !== operation)
    return refuse('call-not-found', `No ${operation} was asked for as call ${command.call}.`);
  const isKnown = call.status === 'approved' || (call.status === 'declined' && answer.kind !== 'approved');
  if (isKnown) return { ok: true, events: [] };
  switch (answer.kind) {
    case 'failed':
      return { ok: true, events: failed(order, call, answer) };
    case 'declined':
      return { ok: true, events: declined(order, call, answer.code) };
    case 'approved':
      if (call.status === 'declined') {
        return decide({ 'answer-comes-late': contradicts(order, call, answer.amount) }, () =>
          approved(order, call, answer),
        );
      }
      return {
        ok: true,
        events: isSame(answer.amount, call.amount) ? approved(order, call, answer) : mismatched(order, call),
      };
  }
}

/** An approval of something else than was asked moves nothing: a human has to look at it. */
function mismatched(order: Order, call: Call): Events {
  return call.status === 'parked' ? [] : parked(order, call, 'amount-mismatch');
}

function failed(order: Order, callOpen: Call, { code, retryAt }: Failure): Events {
  const { call, operation, status, failures } = callOpen;
  if (status === 'parked') return [];
  const failure = failures + 1;
  const attempt = {
    type: 'PaymentAttemptFailed',
    data: { call, operation, failure, code, retryAt },
  } as const;
  return failure < failuresMax ? [attempt] : [attempt, ...parked(order, callOpen, code)];
}

/** An order that only waited for an authorization to end need not wait for one that was given up. */
function parked(order: Order, { call, operation }: Call, code: string): Events {
  return [
    { type: 'PaymentParked', data: { call, operation, code } },
    ...(operation === 'authorize' ? closing(order, order.payment) : []),
  ];
}

function declined(
  order: Order,
  { call, operation, amount, gateway, cancels, refund = 0 }: Call,
  code: string,
): Events {
  switch (operation) {
    case 'authorize':
      return [
        { type: 'PaymentDeclined', data: { call, amount, code } },
        ...(cancels === true && !order.payment.closed
          ? [cancellation(order, `payment_failed: ${code}`)]
          : closing(order, order.payment)),
      ];
    case 'capture':
      return [{ type: 'CaptureFailed', data: { call, amount, code } }, ...paymentFailed(order, code)];
    case 'void':
      return [{ type: 'VoidFailed', data: { call, amount, code } }];
    case 'refund': {
      const payment = after.refundFailed(order.payment, amount);
      return [
        { type: 'RefundFailed', data: { refund, amount, code, provider: { gateway, call } } },
        ...completion({ ...order, payment }),
        ...closing(order, payment),
      ];
    }
  }
}

/** An order that was to be paid by itself and cannot be: what is held is given back, then it is cancelled. */
function paymentFailed(order: Order, code: string): Events {
  const { calls = [], open } = order.payment;
  const gateway = gatewayOf(order.payment);
  const authorization = calls.findLast(({ operation }) => operation === 'authorize');
  const byItself = authorization?.cancels === true && authorization.captures === true;
  if (!byItself || gateway === undefined || order.status !== 'pending') return [];
  return [
    { type: 'OrderCancellationRequested', data: { reason: `payment_failed: ${code}` } },
    askVoid(order, open.capture, gateway),
  ];
}

/** Why the approval of a call that was declined before cannot be true beside what has been recorded since. */
function contradicts({ payment }: Order, call: Call, amount: Money): string | false {
  if (!isSame(amount, call.amount))
    return `${formatMoney(call.amount)} was asked for, not ${formatMoney(amount)}.`;
  if (openCallOf(payment) !== undefined)
    return 'Another call is under way; its outcome has to be known first.';
  if (call.operation === 'authorize') return cannotBeHeld(payment, amount);
  if (isSucceeded(payment, call)) return 'The money was authorized anew since.';
  const held = payment.open.capture.amount;
  switch (call.operation) {
    case 'capture':
      return amount.amount > held + givenBack(payment) && `${formatMoney(amount)} was not held any more.`;
    case 'void':
      return amount.amount !== held && 'What was to be given back is not what is held now.';
    case 'refund':
      return 'It was declined, and the money credited to the customer instead.';
  }
}

/** A hold that is not counted must not make the order hold more than it costs, nor another sum than it costs. */
function cannotBeHeld(
  { payable, authorized, captured, open, closed }: Payment,
  { amount }: Money,
): string | false {
  if (captured.amount > 0 || open.capture.amount > 0)
    return 'The order’s money is held or captured otherwise.';
  if (amount > amountMax - authorized.amount) return 'No more can be counted.';
  const fits = closed ? amount <= payable.amount : amount === payable.amount;
  return !fits && `The order costs ${formatMoney(payable)} now.`;
}

/** Of the authorization that stands, what was thought given back: never so much that more is captured than it costs. */
function givenBack({ payable, captured, voided, open }: Payment): number {
  return Math.min(voided.amount, payable.amount - captured.amount - open.capture.amount);
}

/** Whether another authorization stands in the place of the one that the call was about. */
function isSucceeded({ calls = [], provider }: Payment, call: Call): boolean {
  if (provider === undefined) return true;
  return calls.some((later) => later.call > call.call && later.operation === 'authorize');
}

function isSame(a: Money, b: Money): boolean {
  return a.amount === b.amount && a.currency === b.currency;
}
